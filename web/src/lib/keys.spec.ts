import { expect, it } from 'vitest'
import { actionOfKey } from './keys'

const press = (key: string, tagName = 'BODY', ctrlKey = false) =>
  actionOfKey({ key, ctrlKey, altKey: false, metaKey: false, target: { tagName } })

it('reads single keys', () => {
  expect(press('j')).toBe('next')
  expect(press('K')).toBe('previous')
  expect(press('?')).toBe('help')
  expect(press('x')).toBeNull()
})

it('leaves typing and browser shortcuts alone', () => {
  expect(press('j', 'INPUT')).toBeNull()
  expect(press('Escape', 'INPUT')).toBe('back')
  expect(press('d', 'BODY', true)).toBeNull()
  expect(press('Enter', 'BUTTON')).toBeNull()
  expect(press('Enter', 'CANVAS')).toBeNull()
  expect(press('Enter')).toBe('primary')
})
