import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fill, known, locale, pick, t, word } from '.'
import { en } from './en'
import { ago, metres, moment, remaining } from './words'
import { zh } from './zh'

const SRC = join(import.meta.dirname, '..')
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1] ?? '').sort()

describe('catalogues', () => {
  it('have the same keys with the same holes', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(holes(en[key]), key).toEqual(holes(zh[key]))
  })

  it('have no empty text', () => {
    for (const text of [...Object.values(zh), ...Object.values(en)]) expect(text.trim()).not.toBe('')
  })

  it('keep components free of literal text', () => {
    for (const name of files.filter((file) => file.endsWith('.vue'))) {
      const source = readFileSync(join(SRC, name), 'utf8')
      const template = /<template>([\s\S]*)<\/template>/.exec(source)?.[1] ?? ''
      const text = template.replace(/\{\{[\s\S]*?\}\}/g, '').replace(/"[^"]*"/g, '""').replace(/<[^>]*>/g, ' ')
      expect(text.replace(/<!--[\s\S]*?-->/g, '').match(/\p{L}{2,}/u)?.[0], name).toBeUndefined()
      expect(source.match(/\p{Script=Han}/u)?.[0], name).toBeUndefined()
      expect(template.match(/\s(aria-label|title|placeholder|alt)="[^"]*\p{L}{2,}/u)?.[0], name).toBeUndefined()
    }
  })
})

describe('words', () => {
  const now = Date.parse('2026-11-20T02:42:00Z')

  it('fill holes and leave unknown ones', () => expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}'))

  it('say time left and over', () => {
    expect(remaining('2026-11-20T03:20:00Z', now)).toBe('剩 38分')
    expect(remaining('2026-11-20T01:37:00Z', now)).toBe('超 1时05分')
    expect(remaining('2026-11-22T04:42:00Z', now)).toBe('剩 2天2时')
  })

  it('say moments by day', () => {
    expect(moment('2026-11-20T01:20:00Z', now)).toBe('09:20')
    expect(moment('2026-11-19T01:20:00Z', now)).toBe('昨天 09:20')
    expect(moment('2026-11-16T01:12:00Z', now)).toBe('11月16日 09:12')
    expect(ago('2026-11-20T02:41:30Z', now)).toBe('刚刚')
    expect(ago('2026-11-20T02:31:00Z', now)).toBe('11 分钟前')
  })

  it('say lengths', () => expect(metres(286.2)).toBe('286 米'))

  it('fall back to the code', () => {
    expect(word('state', 'WAIT_SIGN')).toBe('待签收')
    expect(word('state', 'SOMETHING')).toBe('SOMETHING')
    expect(known('state.CLOSED')).toBe(true)
  })

  it('follow the language', () => {
    locale.value = 'en'
    expect(t('unit.m', { n: 5 })).toBe('5 m')
    expect(pick({ name_zh: '城', name_en: 'City' }, 'name')).toBe('City')
    locale.value = 'zh-CN'
  })
})

describe('keys', () => {
  const source = files
    .filter((name) => /\.(vue|ts)$/.test(name) && !/messages.(zh|en)\.ts$|gen\.ts$/.test(name))
    .map((name) => readFileSync(join(SRC, name), 'utf8'))
    .join('\n')
  const families = [...source.matchAll(/`([a-z_.]+)\.\$\{|word\('(\w+)'/g)].map((hit) => hit[1] ?? hit[2] ?? '')

  it('are all used', () => {
    const unused = Object.keys(zh).filter(
      (key) => !source.includes(`'${key}'`) && !families.some((family) => key.startsWith(`${family}.`)),
    )
    expect(unused).toEqual([])
  })
})
