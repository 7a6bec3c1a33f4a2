import { Head } from '../../ui/Head.tsx'

export function SimulatorScreen() {
  return <Head title="Simulator" />
}
