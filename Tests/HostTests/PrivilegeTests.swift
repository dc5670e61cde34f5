#if os(Linux)
  import Foundation
  import Testing

  @testable import Host

  @Suite struct PrivilegeTests {
    private static let netRaw: Int32 = 13
    private static let sysPtrace: Int32 = 19
    private static let dacReadSearch: Int32 = 2
    private static let chown: Int32 = 0

    /// Capabilities belong to threads: one that ends takes what it gave up with it.
    private func onThread<Result: Sendable>(
      _ body: @escaping @Sendable () throws -> Result
    ) throws -> Result {
      let box = Box<Result>()
      let thread = Thread { box.result = Swift.Result { try body() } }
      thread.start()
      while !thread.isFinished { usleep(1_000) }
      return try #require(box.result).get()
    }

    private final class Box<Value>: @unchecked Sendable {
      var result: Result<Value, any Error>?
    }

    @Test(.enabled(if: geteuid() == 0, "giving up privileges needs some"))
    func onlyWhatIsNeededIsKept() throws {
      let kept = try onThread { () -> [Bool] in
        try Privilege.drop(to: nil, keeping: .otherProcesses)
        return [Self.netRaw, Self.sysPtrace, Self.dacReadSearch, Self.chown].map(Privilege.holds)
      }
      #expect(kept == [false, true, true, false])
      let none = try onThread { () -> [Bool] in
        try Privilege.drop(to: nil, keeping: [])
        return [Self.netRaw, Self.sysPtrace, Self.dacReadSearch, Self.chown].map(Privilege.holds)
      }
      #expect(none == [false, false, false, false])
      #expect(Privilege.holds(Self.netRaw), "this thread has given up nothing")
    }

    @Test func whoeverCalledSudoGoesOn() throws {
      let root = try #require(SystemUser(id: 0))
      let nobody = try #require(SystemUser(named: "nobody"))
      #expect(root.name == "root")
      #expect(try Privilege.successor(named: "nobody", environment: { _ in nil }) == nobody)
      #expect(try Privilege.successor(named: "\(nobody.id)", environment: { _ in nil }) == nobody)
      #expect(throws: HostError.unknownName("there is no user no-such-user")) {
        try Privilege.successor(named: "no-such-user", environment: { _ in nil })
      }
      let sudo = ["SUDO_UID": "\(nobody.id)", "SUDO_GID": "12"]
      let successor = try Privilege.successor(named: nil) { sudo[$0] }
      if geteuid() == 0 {
        #expect(successor?.id == nobody.id)
        #expect(successor?.group == 12)
      } else {
        #expect(successor == nil)
      }
      #expect(try Privilege.successor(named: nil, environment: { _ in "x" }) == nil)
      #expect(try Privilege.successor(named: nil, environment: { _ in "0" }) == nil)
    }
  }
#endif
