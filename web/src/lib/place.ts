/** Place names as the list has room for them. */

const LEVEL_WORDS = /(街道|社区|镇|村委会|居委会)(?= |$)/

/** `洪家楼街道 · 花园社区 第3网格` → `洪家楼 · 花园 第3网格`; names of one character keep their level. */
export function shortPlace(place: string): string {
  return place
    .split(' · ')
    .map((part) => part.replace(LEVEL_WORDS, (level, _word, at: number) => (at > 1 ? '' : level)))
    .join(' · ')
}
