import Dissection
import Foundation
import Testing

@testable import Capture

/// Where evidence may be written, and where not.
@Suite struct PrivatePlaceTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func create(_ path: String) throws {
    try PrivatePlace(path: path).create(application: "test", interfaces: []).close()
  }

  private func refusal(_ path: String) -> String? {
    do {
      try create(path)
      return nil
    } catch SavefileWriter.Failure.unwritable(let sentence) {
      let prefix = "cannot create \(path): "
      return sentence.hasPrefix(prefix) ? String(sentence.dropFirst(prefix.count)) : sentence
    } catch {
      return "\(error)"
    }
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func theFileIsItsOwnersAlone() throws {
    let path = scratch.path("new")
    try create(path)
    #expect(try mode(path) == 0o600)
    let old = try scratch.file("old", [UInt8](repeating: 1, count: 5000))
    try create(old)
    #expect(try mode(old) == 0o600)
    #expect(try Data(contentsOf: URL(fileURLWithPath: old)).count < 100, "it was begun anew")
  }

  @Test func whatIsNoPlainFileOfOnesOwnIsRefused() throws {
    let victim = try scratch.file("victim", [1, 2, 3])
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link"), withDestinationPath: victim)
    try FileManager.default.linkItem(atPath: victim, toPath: scratch.path("second"))
    // The path becomes a C string for the call, here and below.
    #expect(unsafe mkfifo(scratch.path("pipe"), 0o600) == 0)
    #expect(refusal(scratch.path("link")) == "it is a symbolic link")
    #expect(refusal(scratch.path("second")) == "it has another name too")
    #expect(refusal(scratch.path("pipe")) != nil)
    #expect(refusal("/dev/null") == "it is no file")
    #expect(refusal(scratch.directory.path) == "Is a directory")
    #expect(refusal(scratch.path("missing/file")) == "No such file or directory")
    for path in ["", "/", "..", scratch.directory.path + "/"] {
      #expect(refusal(path) == "it is no name of a file", "\(path)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: victim)) == Data([1, 2, 3]))
  }

  /// A folder like /tmp, in which somebody else has been first.
  @Test(.enabled(if: geteuid() == 0, "only root can act for another user"))
  func whatOthersPutIntoASharedFolderIsRefused() throws {
    let shared = scratch.path("shared")
    let own = scratch.path("own")
    for folder in [shared, own, shared + "/theirs", shared + "/mine"] {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false)
    }
    #expect(unsafe chmod(shared, 0o1777) == 0)
    let theirs = try scratch.file("shared/evidence", [1])
    #expect(unsafe chown(theirs, 65534, 65534) == 0)
    #expect(unsafe chown(shared + "/theirs", 65534, 65534) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: shared + "/trap", withDestinationPath: own)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("way"), withDestinationPath: own)
    #expect(refusal(theirs) == "it is another user's" || refusal(theirs) == "Permission denied")
    #expect(refusal(shared + "/trap/file") == "trap is no folder, where everybody may write")
    #expect(
      refusal(shared + "/theirs/file")
        == "theirs is another user's, where everybody may write")
    #expect(refusal(shared + "/mine/file") == nil)
    #expect(refusal(shared + "/new") == nil)
    #expect(refusal(scratch.path("way/file")) == nil, "a link that nobody else could make")
  }

  /// What an earlier run has found is not written over, and a file without packets is worth nothing.
  @Test func packetsThatAreThereAreSeen() throws {
    let path = scratch.path("out")
    let place = try PrivatePlace(path: path)
    #expect(try !place.holdsPackets())
    let interface = PcapngWriter.Interface(name: "lo", linkType: .ethernet, snapshotLength: 96)
    let empty = try place.create(application: "test", interfaces: [interface])
    let counts = PcapngWriter.Statistics(received: 1, droppedByInterface: 0, droppedBySystem: 0)
    try empty.write(counts, of: 0, at: Timestamp(nanoseconds: 1))
    try empty.close()
    #expect(try !place.holdsPackets())
    let writer = try place.create(application: "test", interfaces: [interface])
    let record = FrameRecord(
      frame: 1, time: Timestamp(nanoseconds: 1), linkType: .ethernet, interface: 0, offset: 0,
      capturedLength: 4, originalLength: 4)
    try writer.write(record, ([1, 2, 3, 4] as [UInt8]).span)
    try writer.close()
    #expect(try place.holdsPackets())
    _ = try scratch.file("other", [7])
    #expect(try PrivatePlace(path: scratch.path("other")).holdsPackets(), "it is no capture")
  }

  @Test func oneProcessWrites() throws {
    let path = scratch.path("out")
    let writer = try PrivatePlace(path: path).create(application: "first", interfaces: [])
    #expect(refusal(path) == "another process writes it")
    try writer.close()
    #expect(refusal(path) == nil)
  }

  @Test func filesAreNumberedAndTheLastGoes() throws {
    let path = scratch.path("out")
    let place = try PrivatePlace(path: path)
    for round in 0..<5 {
      if round > 0 { try place.turn(keeping: 3) }
      let writer = try place.create(application: "\(round)", interfaces: [])
      try writer.close()
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory.path)
    #expect(names.sorted() == ["out", "out.1", "out.2"])
    for (name, round) in [("out", "4"), ("out.1", "3"), ("out.2", "2")] {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.path(name))))
      #expect(bytes.contains(UInt8(ascii: Unicode.Scalar(round) ?? "?")))
      // The option's value, after 24 octets of header and 4 of the option's.
      #expect(bytes[28] == UInt8(ascii: Unicode.Scalar(round) ?? "?"))
    }
  }
}
