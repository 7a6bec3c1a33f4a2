import { SETTINGS } from './settings.ts'

const SECRET_KEYS = new Set(
  SETTINGS.filter((setting) => setting.isSecret).flatMap((setting) =>
    [setting.path, ...setting.aliases].map((path) => path.split('.').at(-1) ?? path),
  ),
)

/**
 * The text of a configuration file as a person may see it: values of secret settings come as `(set)`, references such as
 * `${AWS_SECRET_ACCESS_KEY}` stay. Line numbers do not change, except that a secret folded over lines loses the rest.
 */
export function hideSecrets(text: string): string {
  let hidingBelow: number | undefined
  return text
    .split('\n')
    .map((line) => {
      const indent = line.length - line.trimStart().length
      if (hidingBelow !== undefined && line.trim() !== '' && indent > hidingBelow) return ''
      hidingBelow = undefined
      const match = /^(\s*(?:- )?["']?([A-Za-z_]+)["']?\s*:\s*)(\S.*)$/.exec(line)
      if (match === null || !SECRET_KEYS.has(match[2] ?? '')) return hideInline(line)
      if (/^["']?\$\{/.test(match[3] ?? '')) return line
      hidingBelow = indent
      return `${match[1]}(set)`
    })
    .join('\n')
}

/** Flow style: `{ access_key_id: …, secret_access_key: … }`. */
function hideInline(line: string): string {
  return line.replace(
    /([{,]\s*["']?([A-Za-z_]+)["']?\s*:\s*)("[^"]*"|'[^']*'|[^,}]+)/g,
    (whole, head: string, key: string, value: string) =>
      SECRET_KEYS.has(key) && !/^["']?\$\{/.test(value) ? `${head}(set)` : whole,
  )
}
