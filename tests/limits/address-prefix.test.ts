import { describe, expect, test } from 'vitest'
import { addressPrefix } from '../../server/limits/address-prefix.ts'

describe('one line is one address, however it is written', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:51234', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:cb00:7109', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:443', '203.0.113.9'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2'],
    ['[2001:db8:1:2::1]:51234', '2001:db8:1:2'],
    ['2001:db8:1:2::203.0.113.9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0.100', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    [' 203.0.113.9 ', '203.0.113.9'],
  ])('%s', (said, prefix) => {
    expect(addressPrefix(said)).toBe(prefix)
  })
})

test.each(['2001:db8:1:3::1', '203.0.113.10', '64:ff9b::203.0.113.9', '::203.0.113.9'])(
  '%s is another line than these',
  (said) => {
    expect(['2001:db8:1:2', '203.0.113.9']).not.toContain(addressPrefix(said))
  },
)

test.each([
  '',
  'unknown',
  '_hidden',
  'ada@example.edu',
  '203.0.113',
  '203.0.113.256',
  '1',
  '0x7f.1',
  '::g',
  '[',
  '[]:1',
])('"%s" is no address', (said) => {
  expect(addressPrefix(said)).toBeUndefined()
})
