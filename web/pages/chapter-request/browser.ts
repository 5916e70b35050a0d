/** The page needs no script; with one nobody waits. */
import { proveForms } from '../../shared/prove-form.ts'

proveForms()
