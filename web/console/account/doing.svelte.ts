/** One thing at a time that somebody asked for, and why the last one did not go. */
export class Doing {
  isBusy = $state(false)
  problem = $state('')

  /** @returns whether it went */
  async do(work: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.problem = ''
    try {
      await work()
      return true
    } catch (error) {
      this.problem = (error as Error).message
      return false
    } finally {
      this.isBusy = false
    }
  }
}
