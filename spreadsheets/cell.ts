/** Null stands for what is not told; days are ISO dates. */
export type Cell = string | number | null

export interface Column {
  /** In JSON. */
  key: string
  /** In spreadsheets. */
  header: string
  type: 'text' | 'number' | 'day'
}
