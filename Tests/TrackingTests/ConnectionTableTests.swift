import Dissection
import TestSupport
import Testing

@testable import Tracking

/// The table against a dictionary that holds the numbers of each key, newest first.
@Suite struct ConnectionTableTests {
  private func connection(_ number: Int, port: UInt16) -> Connection {
    let segment = Segment.make(
      from: SocketAddress(address: "10.0.0.1", port: port), to: "10.0.0.2:80", "S", seq: 1)
    return Connection(
      number: number, key: ConnectionKey(segment), initiatorIsLow: true, rolesKnown: true,
      first: Mark(segment), conversation: StreamIndex(first: 0))
  }

  private func chain(_ table: borrowing ConnectionTable, _ key: ConnectionKey) -> [Int] {
    var numbers: [Int] = []
    var slot = table.find(key, hash: table.hash(key)) ?? ConnectionTable.noSlot
    while slot != ConnectionTable.noSlot {
      numbers.append(table[slot].number)
      slot = table[slot].older
    }
    return numbers
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `ten thousand inserts and removals agree with a dictionary`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var table = ConnectionTable()
    var model: [ConnectionKey: [Int]] = [:]
    var slots: [(slot: UInt32, number: Int, key: ConnectionKey)] = []
    for number in 1...10_000 {
      // Grows at first, shrinks in the end.
      let shrinks = UInt64.random(in: 0..<10_000, using: &generator) < UInt64(number)
      if shrinks, let index = slots.indices.randomElement(using: &generator) {
        let gone = slots.remove(at: index)
        table.remove(gone.slot)
        model[gone.key]?.removeAll { $0 == gone.number }
        try #require(chain(table, gone.key) == model[gone.key] ?? [], "seed \(seed), \(number)")
      } else {
        let new = connection(number, port: UInt16.random(in: 1...400, using: &generator))
        let slot = table.insert(new, hash: table.hash(new.key))
        slots.append((slot, number, new.key))
        model[new.key, default: []].insert(number, at: 0)
        try #require(chain(table, new.key) == model[new.key] ?? [], "seed \(seed), \(number)")
      }
      try #require(table.count == slots.count, "seed \(seed), \(number)")
    }
    for (key, numbers) in model { #expect(chain(table, key) == numbers, "seed \(seed)") }
    #expect(Set(table.slots()) == Set(slots.map(\.slot)), "seed \(seed)")
  }

  @Test func `a chain loses its newest, its oldest and one between`() {
    var table = ConnectionTable()
    let slots = (1...5).map { number in
      let new = connection(number, port: 7)
      return table.insert(new, hash: table.hash(new.key))
    }
    let key = table[slots[0]].key
    #expect(chain(table, key) == [5, 4, 3, 2, 1])
    table.remove(slots[2])
    #expect(chain(table, key) == [5, 4, 2, 1])
    table.remove(slots[4])
    #expect(chain(table, key) == [4, 2, 1])
    table.remove(slots[0])
    #expect(chain(table, key) == [4, 2])
    table.remove(slots[1])
    table.remove(slots[3])
    #expect(chain(table, key).isEmpty)
    #expect(table.count == 0)
  }

  @Test func `Wireshark's conversation is that of the newest, also when it leaves first`() {
    var table = ConnectionTable()
    let first = connection(1, port: 7)
    let older = table.insert(first, hash: table.hash(first.key))
    let newer = table.insert(connection(2, port: 7), hash: table.hash(first.key))
    table[newer].conversation = StreamIndex(first: 5)
    table.remove(newer)
    #expect(table[older].conversation.current == 5)
  }

  @Test func `both directions have one key`() {
    let there = Segment.make(from: "[2001:db8::1]:1", to: "10.0.0.1:2", "S", seq: 1)
    let back = Segment.make(from: "10.0.0.1:2", to: "[2001:db8::1]:1", "SA", seq: 1)
    #expect(ConnectionKey(there) == ConnectionKey(back))
    let table = ConnectionTable()
    #expect(table.hash(ConnectionKey(there)) == table.hash(ConnectionKey(back)))
  }

  @Test func `a slot that is free is taken again`() {
    var table = ConnectionTable()
    for number in 1...5_000 {
      let new = connection(number, port: UInt16(number))
      table.remove(table.insert(new, hash: table.hash(new.key)))
    }
    #expect(table.count == 0)
    let new = connection(1, port: 1)
    #expect(table.insert(new, hash: table.hash(new.key)) == 0)
  }
}
