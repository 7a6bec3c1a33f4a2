import type { ReconcileFinding } from '../../../shared/domain/reconcile.ts'

/** Findings up to a bound; what exceeds it is only counted. */
export class Findings {
  readonly list: ReconcileFinding[] = []
  readonly #route: string
  readonly #limit: number

  constructor(route: string, limit: number) {
    this.#route = route
    this.#limit = limit
  }

  add(
    kind: ReconcileFinding['kind'],
    message: string,
    where: { readonly sequence?: number | undefined; readonly key?: string | undefined } = {},
  ): void {
    if (this.list.length >= this.#limit) return
    this.list.push({ kind, route: this.#route, sequence: where.sequence, key: where.key, message })
  }
}
