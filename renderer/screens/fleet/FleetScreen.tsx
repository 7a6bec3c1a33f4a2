export function FleetScreen() {
  return <p>FleetScreen</p>
}
