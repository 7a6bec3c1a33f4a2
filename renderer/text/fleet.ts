/** Words of the fleet part of the window. */
export const fleet = {} as const
