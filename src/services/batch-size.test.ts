import { describe, expect, it } from 'vitest'
import { createBatchSize, LEAST_BATCH } from './batch-size.ts'

describe('the size of a batch', () => {
  it('grows while whole batches are quick, up to a bound', () => {
    const size = createBatchSize()
    expect(size.now()).toBe(LEAST_BATCH)
    for (let run = 0; run < 10; run += 1) size.ran(size.now(), 100)
    expect(size.now()).toBe(1_000)
  })

  it('stays when a batch was not full or took its time', () => {
    const size = createBatchSize()
    size.ran(LEAST_BATCH - 1, 1)
    size.ran(LEAST_BATCH, 1_000)
    expect(size.now()).toBe(LEAST_BATCH)
  })

  it('shrinks when batches are slow, down to what it began with', () => {
    const size = createBatchSize()
    size.ran(200, 1)
    size.ran(400, 1)
    size.ran(800, 5_000)
    expect(size.now()).toBe(400)
    for (let run = 0; run < 5; run += 1) size.ran(size.now(), 5_000)
    expect(size.now()).toBe(LEAST_BATCH)
  })
})
