import { Head } from '../../ui/Head.tsx'

export function BucketsScreen() {
  return <Head title="Buckets" />
}
