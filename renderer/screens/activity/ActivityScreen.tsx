export function ActivityScreen() {
  return <p>ActivityScreen</p>
}
