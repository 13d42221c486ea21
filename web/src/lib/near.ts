/** Who of those near may be chosen. */

/** A patroller's position older than this is lost: shown, dashed, not selectable (a setting of the server, 5 minutes). */
export const LOST_AFTER_S = 300

export function isLost(item: { fix_age_s?: number | null }): boolean {
  return (item.fix_age_s ?? 0) > LOST_AFTER_S
}
