import Dissection
import Foundation
import Reporting
import Tracking

/// A census out of what `read --format json --all` wrote.
extension Census {
  private struct Saved: Decodable {
    struct Socket: Decodable {
      let address: String
      let port: UInt16
    }

    struct Connection: Decodable {
      let connection: Int
      let initiator: Socket
      let responder: Socket
      let rolesKnown: Bool
      let close: String
      let closedFirst: String?
      let resetCause: String?
    }

    struct Endpoint: Decodable {
      let connection: Int
      let activity: String?
    }

    struct Finding: Decodable {
      let connection: Int?
      let kind: String
      let endpoint: Socket
      let age: Double?
    }

    struct Late: Decodable {
      let connection: Int
      let kind: String
      let to: Socket
    }

    let connections: [Connection]
    let endpoints: [Endpoint]
    let findings: [Finding]
    let late: [Late]
  }

  /// - Throws: `ReportError` with a sentence.
  public init(json: [UInt8], minimumAge: Interval) throws {
    self.init(minimumAge: minimumAge)
    let saved: Saved
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      saved = try decoder.decode(Saved.self, from: Data(json))
    } catch {
      throw ReportError(
        sentence: "this is no report of read --format json --all: \(error.sentence)")
    }
    let findings = Dictionary(grouping: saved.findings) { $0.connection ?? 0 }
    let late = Dictionary(grouping: saved.late, by: \.connection)
    let draining = Set(
      saved.endpoints.filter { $0.activity == Activity.draining.rawValue }.map(\.connection))
    for connection in saved.connections {
      let ends = try Ends(connection)
      var traits = Trait.general(ends.close, ends.cause, ends.closedFirst)
      for finding in findings[connection.connection] ?? [] {
        guard let seconds = finding.age else { continue }
        let age = try Self.interval(seconds)
        let kind: FindingKind = try Self.word(finding.kind)
        if kind != .timeWait, age < minimumAge { continue }
        let role = ends.role(of: try Self.socket(finding.endpoint))
        let trait = Trait.left(
          kind, role, isDraining: draining.contains(connection.connection))
        traits[trait] = max((traits[trait] ?? nil) ?? .zero, age)
      }
      for late in late[connection.connection] ?? [] {
        let kind: LateKind = try Self.word(late.kind)
        traits[.late(kind, ends.role(of: try Self.socket(late.to)))] = .some(nil)
      }
      add(
        Outcome(
          number: connection.connection, client: ends.client.address, service: ends.service,
          close: ends.close, traits: traits))
    }
  }

  /// The ends of a saved connection as rules see them.
  private struct Ends {
    let client: SocketAddress
    let service: SocketAddress
    let close: CloseKind
    let cause: ResetCause?
    let closedFirst: ClosedFirst?

    init(_ saved: Saved.Connection) throws {
      let initiator = try Census.socket(saved.initiator)
      let responder = try Census.socket(saved.responder)
      let isTurned = !saved.rolesKnown && initiator.port < responder.port
      (client, service) = isTurned ? (responder, initiator) : (initiator, responder)
      close = try Census.word(saved.close)
      cause = try saved.resetCause.map { try Census.word($0) }
      let first: ClosedFirst? = try saved.closedFirst.map { try Census.word($0) }
      closedFirst = isTurned ? first?.turned : first
    }

    func role(of local: SocketAddress) -> Role { local == service ? .responder : .initiator }
  }

  private static func interval(_ seconds: Double) throws -> Interval {
    guard let nanoseconds = Int64(exactly: (seconds * 1e9).rounded()) else {
      throw ReportError(sentence: "\(seconds) is no age")
    }
    return Interval(nanoseconds: nanoseconds)
  }

  private static func socket(_ saved: Saved.Socket) throws -> SocketAddress {
    guard let address = IPAddress(saved.address) else {
      throw ReportError(sentence: "'\(saved.address)' is no address")
    }
    return SocketAddress(address: address, port: saved.port)
  }

  private static func word<Word: RawRepresentable<String>>(_ text: String) throws -> Word {
    guard let word = Word(rawValue: text) else {
      throw ReportError(sentence: "'\(text)' is no \(Word.self) that finwait knows")
    }
    return word
  }
}
