import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Folders whose files take long: they start browsers, whole servers, or crowds. */
const LONG = /tests\/(journeys|start|attacks|faults)\//

/** A long file that starts last is waited for by nobody but itself. Nothing is known of earlier runs where CI begins anew. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
