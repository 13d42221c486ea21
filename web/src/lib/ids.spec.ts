import { expect, it } from 'vitest'
import { freshKey } from './ids'

it('makes distinct version-4 keys', () => {
  const keys = new Set(Array.from({ length: 200 }, freshKey))
  expect(keys.size).toBe(200)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
