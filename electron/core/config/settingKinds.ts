import { z } from 'zod'

/** One setting: where it may come from and what it may be. The table in settings.ts is the only list of them. */
export interface Setting {
  /** Dotted path in fieldgate.yaml. */
  readonly path: string
  /** Other paths accepted on input: the seed's keys and those of its relatives. */
  readonly aliases: readonly string[]
  /** Environment variables, the strongest first. */
  readonly env: readonly string[]
  readonly schema: z.ZodType
  /** Completes "… must be". */
  readonly expects: string
  readonly about: string
  readonly isPath: boolean
  readonly isSecret: boolean
  /** Made of maps and lists: only the file can hold it. */
  readonly isStructured: boolean
  readonly fallback: string | number | boolean | undefined
  /** Turns the value of an alias with another unit or meaning into this setting's. */
  readonly fromAlias: Readonly<Record<string, (value: unknown) => unknown>>
}

type Extras = Partial<Pick<Setting, 'aliases' | 'env' | 'isPath' | 'isSecret' | 'fallback' | 'fromAlias'>>

function setting(path: string, schema: z.ZodType, expects: string, about: string, extras: Extras = {}): Setting {
  return {
    path,
    schema,
    expects,
    about,
    aliases: extras.aliases ?? [],
    env: extras.env ?? [],
    isPath: extras.isPath ?? false,
    isSecret: extras.isSecret ?? false,
    isStructured: false,
    fallback: extras.fallback,
    fromAlias: extras.fromAlias ?? {},
  }
}

const text = z.string().min(1)

/** A setting of plain text; a number is taken as its digits. */
export function words(path: string, about: string, extras: Extras = {}): Setting {
  return setting(path, z.union([text, z.number().transform(String)]), 'text', about, extras)
}

/** A setting that names a file or folder. */
export function filePath(name: string, about: string, extras: Extras = {}): Setting {
  return setting(name, text, 'a path', about, { ...extras, isPath: true })
}

/** A setting that is a number within bounds. Numbers may come as text, from the environment or a `${VARIABLE}`. */
export function number(
  name: string,
  range: { min: number; max: number; unit: string; whole?: boolean },
  about: string,
  extras: Extras = {},
): Setting {
  const kind = range.whole === true ? 'a whole number' : 'a number'
  const parsed = z.preprocess(
    (value) => (typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value),
    (range.whole === true ? z.int() : z.number()).min(range.min).max(range.max),
  )
  const bounds = `from ${range.min.toLocaleString('en-US')} to ${range.max.toLocaleString('en-US')}`
  return setting(name, parsed, `${kind}${range.unit === '' ? '' : ` of ${range.unit}`} ${bounds}`, about, extras)
}

const TRUE = ['true', '1', 'yes', 'on']
/** Words for false, in files and in the environment. */
export const FALSE: readonly string[] = ['false', '0', 'no', 'off', '']

/** A setting that is true or false, also as the words of a shell. */
export function flag(name: string, about: string, extras: Extras = {}): Setting {
  const parsed = z.preprocess((value) => {
    const word = String(value).trim().toLowerCase()
    return TRUE.includes(word) ? true : FALSE.includes(word) ? false : value
  }, z.boolean())
  return setting(name, parsed, 'true or false', about, extras)
}

/** A setting with a closed list of values. */
export function choice(name: string, values: readonly string[], about: string, extras: Extras = {}): Setting {
  const parsed = z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), z.enum(values))
  return setting(name, parsed, `one of ${values.join(', ')}`, about, extras)
}

/** A setting that is a list of names; as text, separated by commas or spaces. */
export function names(name: string, about: string, extras: Extras = {}): Setting {
  const parsed = z.preprocess(
    (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter((word) => word !== '') : value),
    z.array(text),
  )
  return setting(name, parsed, 'a list of names', about, extras)
}

/** A setting made of maps and lists. */
export function structured(name: string, schema: z.ZodType, about: string, extras: Extras = {}): Setting {
  return { ...setting(name, schema, 'as documented', about, extras), isStructured: true }
}
