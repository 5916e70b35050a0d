import { expect, test } from 'vitest'
import { isIn } from '../../server/limits/networks.ts'

test.each([
  ['127.0.0.1', true],
  ['127.0.0.2', false],
  ['10.200.3.4', true],
  ['11.0.0.1', false],
  ['::ffff:10.200.3.4', true],
  ['::ffff:11.0.0.1', false],
  ['2001:db8::17', true],
  ['2001:db9::17', false],
  ['::1', true],
  ['fe80::1%eth0', false],
  ['unknown', false],
  ['10.200.3.4:5678', false],
  ['', false],
])('of %s it says %s', (address, isNamed) => {
  const isInThem = isIn(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1'])

  expect(isInThem(address)).toBe(isNamed)
})

test('where none is named, nobody is in it', () => {
  expect(isIn([])('127.0.0.1')).toBe(false)
})
