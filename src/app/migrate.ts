/** The schema of the configured database: what is missing, and bringing it up to date without starting a server. */
import type { DatabaseAddress } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import { migrate, pendingMigrations } from '../store/sqlite/database.ts'

export const migrateDatabase = (database: DatabaseAddress) => migrate(database.path, systemClock.now())

export const pendingMigrationsOf = (database: DatabaseAddress) => pendingMigrations(database.path)
