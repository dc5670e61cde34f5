import Dissection
import Tracking

/// Reading a script: one pass over the words of each line.
extension CloseScript {
  static func parse(_ text: String) throws -> [Line] {
    var lines: [Line] = []
    var time = 0.0
    for (number, content) in joined(text) {
      let fields = content.split(separator: "|", omittingEmptySubsequences: false)
      var parser = LineParser(number: number, fields: fields)
      let line = try parser.line(after: time)
      time = line.time
      lines.append(line)
    }
    return lines
  }

  /// The lines without comments, continuations joined to what they continue.
  private static func joined(_ text: String) -> [(number: Int, content: String)] {
    var lines: [(number: Int, content: String)] = []
    let raw = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in raw.enumerated() {
      let content = line.prefix { $0 != "#" }
      let start = content.drop { $0 == " " }
      if start.isEmpty { continue }
      guard start.hasPrefix(".."), let last = lines.popLast() else {
        lines.append((index + 1, String(content)))
        continue
      }
      let hasExpectations = last.content.count(where: { $0 == "|" }) > 1
      let bar = hasExpectations ? " " : " | "
      lines.append((last.number, last.content + bar + start.dropFirst(2)))
    }
    return lines
  }
}

private struct LineParser {
  let number: Int
  let text: String
  let fields: [[Substring]]
  private var words: ArraySlice<Substring> = []

  init(number: Int, fields: [Substring]) {
    self.number = number
    text = fields.joined(separator: "|")
    self.fields = fields.map { $0.split(separator: " ") }
  }

  mutating func line(after time: Double) throws -> CloseScript.Line {
    guard fields.count == 2 || fields.count == 3 else { throw mistake("one or two bars expected") }
    var line = CloseScript.Line(
      number: number, text: text, time: time, packet: nil, icmpError: nil, x: nil, y: nil,
      expectations: [], connection: nil)
    words = fields[0][...]
    if let first = words.first, first.hasPrefix("+") {
      line.time = try seconds(words.removeFirst())
    }
    if words.first == "ICMP" {
      line.icmpError = try icmpError()
    } else if !words.isEmpty {
      line.packet = try packet()
    }
    guard fields[1].count == 2 else { throw mistake("the states of X and Y expected") }
    line.x = try column(fields[1][0])
    line.y = try column(fields[1][1])
    if fields.count == 3 {
      words = fields[2][...]
      while let word = words.popFirst() {
        if word == "of" {
          line.connection = try integer(Int.self)
        } else {
          line.expectations.append(try expectation(word))
        }
      }
    }
    return line
  }

  // MARK: Segment

  private mutating func packet() throws -> CloseScript.Packet {
    let sender = try host(next("a host"))
    guard try next(">") == ">", try host(next("a host")) != sender else {
      throw mistake("X > Y or Y > X expected")
    }
    let flags = try String(next("flags"))
    guard flags == "-" || flags.allSatisfy("FSRPAUEC".contains) else {
      throw mistake("no flags: \(flags)")
    }
    var packet = CloseScript.Packet(
      sender: sender, flags: flags == "-" ? "" : flags, sequence: try sequence())
    while let word = words.popFirst() { try option(word, of: &packet) }
    guard packet.flags.contains("A") == (packet.acknowledgment != nil) else {
      throw mistake("flag A and ack N go together")
    }
    return packet
  }

  private mutating func icmpError() throws -> CloseScript.Quotation {
    words.removeFirst()
    let numbers = try next("type/code").split(separator: "/").compactMap { UInt8($0) }
    guard numbers.count == 2, try next(">") == ">" else { throw mistake("ICMP T/C > X N expected") }
    return CloseScript.Quotation(
      type: numbers[0], code: numbers[1], sender: try host(next("a host")),
      sequence: try sequence())
  }

  private mutating func option(_ word: Substring, of packet: inout CloseScript.Packet) throws {
    switch word {
    case "ack": packet.acknowledgment = try sequence()
    case "len": packet.length = try integer(UInt32.self)
    case "win": packet.window = try integer(UInt16.self)
    case "scale": packet.scale = try integer(UInt8.self)
    case "ttl": packet.ttl = try integer(UInt8.self)
    case "ts":
      let parts = try next("TSval/TSecr").split(separator: "/").map { UInt32($0) }
      guard let value = parts.first.flatMap({ $0 }) else { throw mistake("no timestamps") }
      packet.timestamps = (value, parts.count > 1 ? parts[1] ?? 0 : 0)
    case "fast-open": packet.fastOpen = true
    case "no-id": packet.hasIdentification = false
    case "dup": packet.repetition = .networkDuplicate
    case "copy": packet.repetition = .copy
    default: throw mistake("unknown word of a segment: \(word)")
    }
  }

  private mutating func sequence() throws -> CloseScript.Number {
    let word = try next("a sequence number")
    if word.hasPrefix("="), let value = UInt32(word.dropFirst()) { return .absolute(value) }
    guard let value = Int64(word) else { throw mistake("no sequence number: \(word)") }
    return .relative(value)
  }

  // MARK: States

  private func column(_ word: Substring) throws -> CloseScript.StateColumn? {
    if word == "-" { return nil }
    let parts = word.split(separator: "{", maxSplits: 1)
    var name = parts[0]
    var certainty: Certainty? = .proved
    if name.hasSuffix("?") { certainty = .presumed }
    if name.hasSuffix("~") { certainty = nil }
    if certainty != .proved { name.removeLast() }
    var column = CloseScript.StateColumn(state: try state(name), certainty: certainty)
    if parts.count == 2 {
      guard parts[1].hasSuffix("}") else { throw mistake("no closing brace: \(word)") }
      var possible = StateSet()
      for part in parts[1].dropLast().split(separator: ",") { possible.insert(try state(part)) }
      guard possible.contains(column.state) else {
        throw mistake("the state is not among the possible: \(word)")
      }
      column.possible = possible
    }
    return column
  }

  private func state(_ name: Substring) throws -> TCPState {
    guard let state = TCPState.allCases.first(where: { $0.name == name }) else {
      throw mistake("no state: \(name)")
    }
    return state
  }

  // MARK: Expectations

  private mutating func expectation(_ word: Substring) throws -> CloseScript.Expectation {
    switch word {
    case "late?": return .perhapsLate
    case "late": return .late(try named(LateKind.self))
    case "hindsight":
      let frame = try integer(Int.self)
      return .hindsight(frame, try named(LateKind.self))
    case "effect": return .effect(try named(LateEffect.self))
    case "reply": return .reply(try named(ExpectedReply.self))
    case "copy": return .copy
    case "conn": return .connection(try integer(Int.self))
    case "close": return .close(try named(CloseKind.self))
    case "first": return .closedFirst(try optional(ClosedFirst.self))
    case "cause": return .cause(try optional(ResetCause.self))
    case "stream": return .stream(try integer(Int.self))
    case "gap": return .gap(true)
    case "whole": return .gap(false)
    case "one-sided": return .oneSided
    default: break
    }
    let parts = word.split(separator: ".", maxSplits: 1)
    guard parts.count == 2 else { throw mistake("unknown expectation: \(word)") }
    let end = try host(parts[0])
    switch parts[1] {
    case "until": return .until(end, try instant())
    case "since": return .since(end, try instant())
    case "activity": return .activity(end, try named(Activity.self))
    case "ground": return .ground(end, String(try next("a ground")))
    case "resent": return .resent(end, try integer(Int.self))
    default: throw mistake("unknown expectation: \(word)")
    }
  }

  private mutating func named<Kind: RawRepresentable>(_: Kind.Type) throws -> Kind
  where Kind.RawValue == String {
    let word = String(try next("\(Kind.self)"))
    guard let kind = Kind(rawValue: word) else { throw mistake("no \(Kind.self): \(word)") }
    return kind
  }

  private mutating func optional<Kind: RawRepresentable>(_ kind: Kind.Type) throws -> Kind?
  where Kind.RawValue == String {
    guard words.first == "none" else { return try named(kind) }
    words.removeFirst()
    return nil
  }

  private mutating func instant() throws -> Double? {
    let word = try next("a time")
    return word == "none" ? nil : try seconds(word)
  }

  // MARK: Words

  private func mistake(_ message: String) -> CloseScript.Mistake {
    CloseScript.Mistake(line: number, message: "\(message) in \"\(text)\"")
  }

  private mutating func next(_ what: String) throws -> Substring {
    guard let word = words.popFirst() else { throw mistake("\(what) expected") }
    return word
  }

  private mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws -> Value {
    let word = try next("a number")
    guard let value = Value(word) else { throw mistake("no number: \(word)") }
    return value
  }

  private func seconds(_ word: Substring) throws -> Double {
    guard let value = Double(word.hasPrefix("+") ? word.dropFirst() : word) else {
      throw mistake("no time: \(word)")
    }
    return value
  }

  private func host(_ word: Substring) throws -> CloseScript.Host {
    guard let host = CloseScript.Host(rawValue: String(word)) else {
      throw mistake("no host: \(word)")
    }
    return host
  }
}
