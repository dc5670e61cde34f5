#if os(Linux)
  import Foundation
  import Testing

  @testable import Host

  /// A directory that looks like proc(5), as far as it is read.
  final class ProcessDirectory {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try Data().write(to: url.appendingPathComponent("uptime"))
    }

    deinit { _ = Result { try FileManager.default.removeItem(at: url) } }

    var files: ProcessFiles { ProcessFiles(root: url.path) }

    func start(_ pid: Int32, _ name: String, at ticks: Int = 100, holding targets: [String]) throws
    {
      let process = url.appendingPathComponent("\(pid)")
      try end(pid)
      let descriptors = process.appendingPathComponent("fd")
      try FileManager.default.createDirectory(at: descriptors, withIntermediateDirectories: true)
      for (number, target) in targets.enumerated() {
        try FileManager.default.createSymbolicLink(
          atPath: descriptors.appendingPathComponent("\(number)").path,
          withDestinationPath: target)
      }
      try FileManager.default.createSymbolicLink(
        atPath: process.appendingPathComponent("exe").path, withDestinationPath: "/bin/\(name)")
      let between = (3..<22).map(String.init).joined(separator: " ")
      for (file, text) in [
        ("comm", "\(name)\n"), ("stat", "\(pid) (\(name)) \(between) \(ticks) 23\n"),
        ("status", "Name:\t\(name)\nUid:\t7\t0\t0\t0\n"), ("cgroup", "0::/system.slice/\(name)\n"),
      ] {
        try Data(text.utf8).write(to: process.appendingPathComponent(file))
      }
    }

    func end(_ pid: Int32) throws {
      let path = url.appendingPathComponent("\(pid)").path
      if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    }
  }

  @Suite struct SocketOwnersTests {
    @Test func socketsAreFoundByTheirInodes() throws {
      let directory = try ProcessDirectory()
      try directory.start(
        12, "server", holding: ["/dev/null", "socket:[4711]", "pipe:[4712]", "socket:[99]"])
      try directory.start(34, "other", holding: ["anon_inode:[eventpoll]", "socket:[4712]"])
      var owners = SocketOwners(files: directory.files)
      try owners.update([4711, 4712, 0, 5])
      #expect(
        owners.program(of: 4711)
          == ProgramDescription(
            pid: 12, start: 100, name: "server", executable: "/bin/server", user: 0,
            userName: "root", controlGroup: "/system.slice/server"))
      #expect(owners.program(of: 4712)?.pid == 34)
      #expect(owners.program(of: 5) == nil)
      #expect(owners.program(of: 99) == nil, "a socket that is in no table")
      #expect(owners.hiddenProcesses == 0)
    }

    @Test(arguments: ["socket:[]", "socket:[12", "socket:[1x]", "socket:[99999999999]", "socket:"])
    func otherLinksAreNoSockets(target: String) throws {
      let directory = try ProcessDirectory()
      try directory.start(1, "a", holding: [target])
      var inodes: [UInt32] = []
      #expect(directory.files.forEachSocket(of: 1) { inodes.append($0) } == .seen)
      #expect(inodes.isEmpty)
    }

    @Test func whatIsNotInTheTableIsForgotten() throws {
      let directory = try ProcessDirectory()
      try directory.start(12, "server", holding: ["socket:[1]", "socket:[2]"])
      var owners = SocketOwners(files: directory.files)
      try owners.update([1, 2])
      try owners.update([2])
      #expect(owners.program(of: 1) == nil)
      #expect(owners.program(of: 2)?.pid == 12)
    }

    @Test func aNumberUsedAgainIsAnotherProcess() throws {
      let directory = try ProcessDirectory()
      try directory.start(12, "first", holding: ["socket:[1]"])
      var owners = SocketOwners(files: directory.files)
      try owners.update([1])
      try directory.start(12, "second", at: 200, holding: ["socket:[2]"])
      try owners.update([1, 2])
      #expect(owners.program(of: 1) == nil)
      #expect(owners.program(of: 2)?.name == "second")
    }

    @Test func whatNobodyHoldsIsNotSoughtForEver() throws {
      let directory = try ProcessDirectory()
      try directory.start(12, "server", holding: [])
      var owners = SocketOwners(files: directory.files)
      for _ in 0..<3 { try owners.update([1]) }
      try directory.start(13, "late", holding: ["socket:[1]"])
      try owners.update([1])
      #expect(owners.program(of: 1) == nil)
      // Another socket makes for a new look, and that finds it after all once it is new again.
      try owners.update([])
      try owners.update([1])
      #expect(owners.program(of: 1)?.pid == 13)
    }

    @Test func aMissingDirectoryIsTold() {
      var owners = SocketOwners(files: ProcessFiles(root: "/nonexistent"))
      #expect(throws: HostError.failed("the processes cannot be listed: No such file or directory"))
      {
        try owners.update([1])
      }
    }
  }
#endif
