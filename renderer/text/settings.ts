/** Words of the settings part of the window. */
export const settings = {} as const
