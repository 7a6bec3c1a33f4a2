import { SETTINGS } from '../../electron/core/config/settings.ts'

/** The rows of the table of settings in docs/configuration.md, as they have to be. */
export function settingRows(): readonly string[] {
  const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(' ')
  return SETTINGS.map((setting) => {
    const fallback = setting.fallback === undefined ? '' : `\`${setting.fallback}\``
    const about = setting.about.replaceAll('|', '\\|')
    return `| \`${setting.path}\` | ${about} | ${fallback} | ${code(setting.aliases)} | ${code(setting.env)} |`
  })
}
