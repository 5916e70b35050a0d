import { Unreadable } from './unreadable.ts'
import type { Read } from './workbook.worker.ts'

/**
 * A workbook's first sheet, read where there is neither a page nor a way out: the file may be anybody's.
 * @throws Unreadable
 */
export async function sheetInWorker(file: File): Promise<string[][]> {
  const worker = new Worker(new URL('./workbook.worker.ts', import.meta.url), { type: 'module' })
  const answer = Promise.withResolvers<Read>()
  worker.addEventListener('message', ({ data }: MessageEvent<Read>) => answer.resolve(data))
  worker.addEventListener('error', () =>
    answer.resolve({
      words: 'Your browser could not read this workbook. Save it as CSV, and choose that file.',
    }),
  )
  worker.postMessage(file, [])
  const read = await answer.promise.finally(() => worker.terminate())
  if ('words' in read) throw new Unreadable(read.words)
  return read.sheet
}
