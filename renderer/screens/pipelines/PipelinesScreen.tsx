import { Head } from '../../ui/Head.tsx'

export function PipelinesScreen() {
  return <Head title="Pipelines" />
}
