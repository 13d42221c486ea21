/** One way out to the server: JSON in, JSON or a problem out. */

export interface ProblemBody {
  title: string
  status: number
  code: string
  detail?: string
  advice?: string
  field?: string
  number?: string
}

export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.title)
  }

  get code(): string {
    return this.body.code
  }

  get status(): number {
    return this.body.status
  }
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

const context = { csrf: '', language: 'zh-CN', signedOut: (): void => undefined }

export function configure(part: Partial<typeof context>): void {
  Object.assign(context, part)
}

export function address(path: string, query: RequestOptions['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === null || value === undefined || value === '' ? [] : [[key, String(value)]],
  )
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path
}

function headersOf(method: string, options: RequestOptions): Headers {
  const headers = new Headers(options.headers)
  headers.set('Accept-Language', context.language)
  if (method !== 'GET' && context.csrf) headers.set('X-CSRF-Token', context.csrf)
  if (options.body !== undefined && !(options.body instanceof FormData))
    headers.set('Content-Type', 'application/json')
  return headers
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  const isProblem = response.headers.get('content-type')?.includes('json')
  const body = (isProblem ? JSON.parse(text) : {}) as Partial<ProblemBody>
  return new Problem({
    title: response.statusText,
    code: 'http.unexpected',
    ...body,
    status: response.status,
  })
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const { body } = options
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers: headersOf(method, options),
      body: body === undefined ? null : body instanceof FormData ? body : JSON.stringify(body),
      signal: options.signal ?? null,
      credentials: 'same-origin',
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Problem({ title: '', status: 0, code: 'network.unreachable' })
  }
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.status === 401 && path !== '/api/session') context.signedOut()
    throw problem
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}
