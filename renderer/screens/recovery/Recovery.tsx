export function Recovery() {
  return <p>Recovery</p>
}
