/** Words of the activity part of the window. */
export const activity = {} as const
