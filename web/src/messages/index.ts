/** Words by key in the language of the moment; names that come from the server in both languages. */
import { ref, watchEffect } from 'vue'
import { configure } from '../api/client'
import { en } from './en'
import { zh, type Catalogue, type Key } from './zh'

export type { Key } from './zh'
export type Locale = 'zh-CN' | 'en'
type Params = Record<string, string | number>

const CATALOGUES: Record<Locale, Catalogue> = { 'zh-CN': zh, en }
const STORED = 'gisgov.locale'

export const locale = ref<Locale>('zh-CN')

/** Takes the language chosen last time and keeps page and requests in step with it. */
export function startLocale(): void {
  if (localStorage.getItem(STORED) === 'en') locale.value = 'en'
  watchEffect(() => {
    localStorage.setItem(STORED, locale.value)
    document.documentElement.lang = locale.value
    document.title = t('app.name')
    configure({ language: locale.value })
  })
}

export function toggleLocale(): void {
  locale.value = locale.value === 'en' ? 'zh-CN' : 'en'
}

export function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole))
}

export function t(key: Key, params: Params = {}): string {
  return fill(CATALOGUES[locale.value][key], params)
}

export function known(key: string): key is Key {
  return key in zh
}

/** The word for a code of the server (`state.WAIT_SIGN`), or the code itself when no catalogue has it. */
export function word(group: string, code: string): string {
  const key = `${group}.${code}`
  return known(key) ? t(key) : code
}

type Named<F extends string> = Record<`${F}_zh` | `${F}_en`, string>

/** The field in the language of the moment: `pick(category, 'name')`. */
export function pick<F extends string>(from: Named<F>, field: F): string {
  return from[`${field}_${locale.value === 'en' ? 'en' : 'zh'}`]
}
