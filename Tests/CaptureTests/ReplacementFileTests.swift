import Foundation
import Testing

@testable import Capture

struct ReplacementFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private var names: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: scratch.directory.path).sorted()
    }
  }

  private func write(_ file: ReplacementFile) throws {
    try file.begin(application: "test", interfaces: [], comment: "").close()
  }

  @Test func takesThePlaceWhenItIsWhole() throws {
    let path = try scratch.file("out.pcapng", [1, 2, 3])
    let file = ReplacementFile(path: path)
    try write(file)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
    // A second try begins anew.
    try write(file)
    try file.putInPlace()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count > 3)
    #expect(try names == ["out.pcapng"])
  }

  @Test func leavesNothingOtherwise() throws {
    do {
      let file = ReplacementFile(path: scratch.path("out.pcapng"))
      try write(file)
      #expect(try names.count == 1)
    }
    #expect(try names == [])
  }

  /// The umask of who runs it decides, as of any new file.
  @Test func permissions() throws {
    let file = ReplacementFile(path: scratch.path("out.pcapng"))
    try write(file)
    try file.putInPlace()
    _ = try scratch.file("other", [])
    func mode(_ name: String) throws -> NSNumber? {
      try FileManager.default.attributesOfItem(atPath: scratch.path(name))[.posixPermissions]
        as? NSNumber
    }
    #expect(try mode("out.pcapng") == mode("other"))
  }

  @Test func saysWhyNot() throws {
    let file = ReplacementFile(path: scratch.path("none/out.pcapng"))
    #expect(throws: SavefileWriter.Failure.self) { try write(file) }
    for path in [scratch.directory.path, "/dev/null"] {
      let file = ReplacementFile(path: path)
      #expect(
        throws: SavefileWriter.Failure.unwritable("cannot create \(path): what is there is no file")
      ) {
        try write(file)
      }
    }
  }

  @Test func sameness() throws {
    let one = try scratch.file("one", [])
    let link = scratch.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: one)
    #expect(ReplacementFile.isSame(one, link))
    #expect(!ReplacementFile.isSame(one, try scratch.file("other", [])))
    #expect(!ReplacementFile.isSame(one, scratch.path("missing")))
    #expect(!ReplacementFile.isSame("/dev/null", "/dev/null"), "nothing is lost there")
  }
}
