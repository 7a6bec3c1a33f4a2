import { Refusal } from './wire.ts'

/** What an XML element is made of; undefined leaves it out, an array repeats it. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue }

/** A parsed element: name, text, children; attributes are dropped. */
export interface XmlElement {
  readonly name: string
  text: string
  readonly children: XmlElement[]
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const MAX_CHARACTERS = 2_000_000
const MAX_DEPTH = 30
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Writes an S3 document: declaration, namespace on the root unless told otherwise, control characters as references. */
export function writeXml(name: string, value: XmlValue, namespace: string | undefined = NAMESPACE): string {
  const body = writeElement(name, value)
  const root = namespace === '' ? body : body.replace(new RegExp(`^<${name}`), `<${name} xmlns="${namespace}"`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`
}

function writeElement(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  if (isList(value)) return value.map((item) => writeElement(name, item)).join('')
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, of]) => writeElement(child, of))
          .join('')
      : escapeText(String(value))
  return `<${name}>${inner}</${name}>`
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value)
}

function escapeText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
  return text.replace(/[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\r]/g, (c) => ENTITIES[c] ?? `&#${c.charCodeAt(0)};`)
}

function unescapeText(text: string): string {
  return text.replace(/&(?:#(x?)([0-9a-f]+)|(\w+));/gi, (whole, hex: string, digits: string, word: string) => {
    if (word === undefined) return String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16))
    return Object.entries(ENTITIES).find(([, entity]) => entity === `&${word};`)?.[0] ?? (word === 'apos' ? "'" : whole)
  })
}

const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[^<>]*?)?)(\/?)>|([^<]+)/y

/** Reads a document a client sent. Refuses document types, entities, unbalanced or oversized input as `MalformedXML`. */
export function parseXml(text: string): XmlElement {
  if (text.length > MAX_CHARACTERS || /<!DOCTYPE|<!ENTITY/i.test(text)) throw malformed()
  const root: XmlElement = { name: '', text: '', children: [] }
  const stack = [root]
  const token = new RegExp(TOKEN)
  let end = 0
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    end = token.lastIndex
    takeToken(match, stack)
    if (end === text.length) break
  }
  const only = root.children[0]
  if (end !== text.length || stack.length !== 1 || root.children.length !== 1 || only === undefined) throw malformed()
  return only
}

function takeToken(match: RegExpExecArray, stack: XmlElement[]): void {
  const [, data, closing, name, , empty, plain] = match
  const top = stack[stack.length - 1] as XmlElement
  if (data !== undefined) top.text += data
  else if (plain !== undefined) top.text += unescapeText(plain)
  else if (name === undefined) return
  else if (closing === '/') {
    if (stack.length < 2 || top.name !== name) throw malformed()
    stack.pop()
  } else {
    const child: XmlElement = { name, text: '', children: [] }
    top.children.push(child)
    if (empty === '/') return
    if (stack.length > MAX_DEPTH) throw malformed()
    stack.push(child)
  }
}

/** The error S3 gives for a document it cannot read. */
export function malformed(): Refusal {
  return new Refusal(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema.',
  )
}

/** Children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** Text at the end of a path of names; undefined where the path breaks off. */
export function textAt(element: XmlElement, ...path: readonly string[]): string | undefined {
  let at: XmlElement | undefined = element
  for (const name of path) at = childrenOf(at, name)[0]
  return at?.text
}
