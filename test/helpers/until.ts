/** Waits for a condition that another process brings about; throws after a minute. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 60_000) throw new Error('It did not happen within a minute.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
