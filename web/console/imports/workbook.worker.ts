import { Unreadable } from './unreadable.ts'
import { sheetOfWorkbook } from './workbook.ts'

export type Read = { sheet: string[][] } | { words: string }

addEventListener('message', ({ data }: MessageEvent<File>) => {
  sheetOfWorkbook(data).then(
    (sheet) => tell({ sheet }),
    (cause: unknown) => {
      if (!(cause instanceof Unreadable)) throw cause
      tell({ words: cause.message })
    },
  )
})

function tell(read: Read): void {
  postMessage(read)
}
