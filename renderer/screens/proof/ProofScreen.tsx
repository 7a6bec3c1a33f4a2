import { Head } from '../../ui/Head.tsx'

export function ProofScreen() {
  return <Head title="Proof" />
}
