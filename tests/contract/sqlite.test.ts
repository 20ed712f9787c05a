/** SQLite keeps the contract of every store. */
import { tempStore } from '../support/temp-store.ts'
import { storeContract } from './store.ts'

storeContract('SQLite', tempStore)
