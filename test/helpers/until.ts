/** Waits for a condition that another process brings about; throws after three minutes, for machines with much else to do. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 180_000) throw new Error('It did not happen within three minutes.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
