/** The calls of the contract, one line each. */
import { request } from './client'
import type {
  ActionBody,
  Area,
  BaseMap,
  Category,
  LayerEntry,
  Located,
  Near,
  NearestLayer,
  NewReport,
  Order,
  OrderPage,
  Point,
  Registered,
  Session,
  StoredFile,
} from './types'

type Query = Record<string, string | number | boolean | null | undefined>

const order = (no: string): string => `/api/orders/${encodeURIComponent(no)}`

export const api = {
  session: () => request<Session>('GET', '/api/session'),
  signIn: (login: string, password: string) =>
    request<Pick<Session, 'user' | 'csrf'>>('POST', '/api/session', { body: { login, password } }),
  signOut: () => request<void>('DELETE', '/api/session'),
  orders: (query: Query, signal?: AbortSignal) =>
    request<OrderPage>('GET', '/api/orders', { query, ...(signal && { signal }) }),
  order: (no: string) => request<Order>('GET', order(no)),
  act: (no: string, action: string, body: ActionBody) =>
    request<Order>('POST', `${order(no)}/actions/${action}`, { body }),
  report: (body: NewReport, key: string) =>
    request<Registered>('POST', '/api/reports', { body, headers: { 'Idempotency-Key': key } }),
  upload: (file: File) => {
    const form = new FormData()
    form.append('file', file)
    return request<StoredFile>('POST', '/api/files', { body: form })
  },
  locate: (point: Point, signal?: AbortSignal) =>
    request<Located>('GET', '/api/locate', { query: { ...point, datum: 'wgs84' }, ...(signal && { signal }) }),
  nearest: (layer: NearestLayer, point: Point, k: number, radius_m: number) =>
    request<Near>('GET', `/api/nearest/${layer}`, { query: { ...point, datum: 'wgs84', k, radius_m } }),
  layers: () => request<{ layers: LayerEntry[] }>('GET', '/api/layers'),
  areas: () => request<{ items: Area[] }>('GET', '/api/areas'),
  area: (code: string) => request<Area>('GET', `/api/areas/${encodeURIComponent(code)}`),
  basemaps: () => request<{ basemaps: BaseMap[]; default: string }>('GET', '/api/basemaps'),
  hours: (since: string, until: string) =>
    request<{ hours: { hour: string; n: number }[] }>('GET', '/api/heat/hours', { query: { since, until } }),
  categories: () => request<{ categories: Category[] }>('GET', '/api/categories'),
}
