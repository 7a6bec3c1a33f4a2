import { Head } from '../../ui/Head.tsx'

export function NodeScreen() {
  return <Head title="Node" />
}
