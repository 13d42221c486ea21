import { expect, it } from 'vitest'
import { shortPlace } from './place'

it('leaves out the words of the levels', () => {
  expect(shortPlace('洪家楼街道 · 花园社区 第3网格')).toBe('洪家楼 · 花园 第3网格')
  expect(shortPlace('港沟街道 · 南滩头村 第2网格')).toBe('港沟 · 南滩头村 第2网格')
  expect(shortPlace('东镇')).toBe('东镇')
  expect(shortPlace('West · Cell 3')).toBe('West · Cell 3')
})
