/** Which action a key press means; none while somebody types. */

const ACTIONS: Record<string, string> = {
  '/': 'search',
  j: 'next',
  k: 'previous',
  Enter: 'primary',
  g: 'alert',
  d: 'supervise',
  a: 'assign',
  c: 'cameras',
  l: 'layers',
  ' ': 'play',
  '[': 'foldLeft',
  ']': 'foldRight',
  Escape: 'back',
  '?': 'help',
}
const TYPING = new Set(['INPUT', 'TEXTAREA', 'SELECT'])
/** Keys that a focused control needs for itself. */
const OWN = new Set(['Enter', ' '])
const CONTROLS = new Set(['BUTTON', 'A', 'CANVAS'])

export interface Press {
  key: string
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  target: unknown
}

export function actionOfKey({ key, ctrlKey, altKey, metaKey, target }: Press): string | null {
  if (ctrlKey || altKey || metaKey) return null
  const tag = (target as { tagName?: string } | null)?.tagName ?? ''
  if (TYPING.has(tag) && key !== 'Escape') return null
  if (OWN.has(key) && CONTROLS.has(tag)) return null
  return ACTIONS[key.length === 1 ? key.toLowerCase() : key] ?? null
}
