import { afterAll } from '@jest/globals'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createStore, type PostgresStore } from '../../src/adapters/postgres/store.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { describeStore } from './contract.ts'

describeWithService('postgres', 'the PostgreSQL store', () => {
  let store: PostgresStore | undefined

  describeStore(async () => {
    const { url: databaseUrl } = await startPostgres()
    await migrate({ databaseUrl })
    store = createStore({ databaseUrl, poolSize: 5 })
    return store
  })

  afterAll(() => store?.close())
})
