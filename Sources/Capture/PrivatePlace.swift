#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A place for a capture that its owner alone may read.
///
/// The way there is gone folder by folder, each held open, so that nobody who may write to a folder
/// on it, such as /tmp, chooses which file is written to. The file is no symbolic link, has no
/// second name, and belongs to the user of the process.
public final class PrivatePlace {
  private let path: String
  private let folder: OpenFolder
  private let name: String

  /// - Parameter path: of a file that is there or not; its folder is.
  public init(path: String) throws(SavefileWriter.Failure) {
    self.path = path
    var parts = path.split(separator: "/").map(String.init)
    guard let name = parts.popLast(), name != ".", name != "..", !path.hasSuffix("/") else {
      throw .unwritable("cannot create \(path): it is no name of a file")
    }
    self.name = name
    do throws(OpenFolder.Refusal) {
      var folder = try OpenFolder(path.hasPrefix("/") ? "/" : ".")
      for part in parts { folder = try folder.enter(part) }
      self.folder = folder
    } catch {
      throw Self.refusal(path, error.reason)
    }
  }

  /// Begins the file, anew if it is there.
  public func create(
    application: String, interfaces: [PcapngWriter.Interface]
  ) throws(SavefileWriter.Failure) -> PcapngWriter {
    let descriptor = try open()
    let file = OutputFile(descriptor: descriptor, name: path)
    guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
      throw Self.refusal(path, OutputFile.words(errno))
    }
    return try PcapngWriter(file: file, application: application, interfaces: interfaces)
  }

  /// Whether there are packets in the file, or what is no capture at all. The file is there then.
  public func holdsPackets() throws(SavefileWriter.Failure) -> Bool {
    let descriptor = try open()
    defer { _ = close(descriptor) }
    let others = [
      PcapngReader.BlockType.section, PcapngReader.BlockType.interface,
      PcapngReader.BlockType.statistics,
    ]
    var offset: off_t = 0
    while true {
      var block = (type: UInt32(0), length: UInt32(0))
      // `block` is a local, and stays through the call.
      let count = unsafe withUnsafeMutableBytes(of: &block) {
        unsafe pread(descriptor, $0.baseAddress, $0.count, offset)
      }
      if count <= 0 { return false }
      let length = UInt32(littleEndian: block.length)
      guard others.contains(UInt32(littleEndian: block.type)), length >= 12 else { return true }
      offset += off_t(length)
    }
  }

  /// Opens the file, which nobody else writes then: not cut before it is known whose it is.
  private func open() throws(SavefileWriter.Failure) -> Int32 {
    // A pipe that nobody reads is not waited for.
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    // The name becomes a C string for the call.
    let descriptor = unsafe openat(folder.descriptor, name, flags, 0o600)
    guard descriptor >= 0 else {
      throw Self.refusal(path, errno == ELOOP ? "it is a symbolic link" : OutputFile.words(errno))
    }
    do throws(SavefileWriter.Failure) {
      try check(descriptor)
    } catch {
      _ = close(descriptor)
      throw error
    }
    return descriptor
  }

  private func check(_ descriptor: Int32) throws(SavefileWriter.Failure) {
    var status = stat()
    // `status` is a local of the type that the call fills.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw Self.refusal(path, OutputFile.words(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Self.refusal(path, "it is no file") }
    guard status.st_uid == geteuid() else { throw Self.refusal(path, "it is another user's") }
    guard status.st_nlink == 1 else { throw Self.refusal(path, "it has another name too") }
    // Some file systems know no locks.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw Self.refusal(path, "another process writes it")
    }
  }

  /// Gives the file a number, and those that have one the next; the last of `count` files goes.
  public func turn(keeping count: Int) throws(SavefileWriter.Failure) {
    for number in stride(from: count - 1, to: 0, by: -1) {
      let older = number == 1 ? name : "\(name).\(number - 1)"
      // The names become C strings for the call. It replaces a symbolic link, and follows none.
      let result = unsafe renameat(
        folder.descriptor, older, folder.descriptor, "\(name).\(number)")
      guard result == 0 || errno == ENOENT else {
        throw .unwritable("cannot rename \(path): \(OutputFile.words(errno))")
      }
    }
  }

  private static func refusal(_ path: String, _ reason: String) -> SavefileWriter.Failure {
    .unwritable("cannot create \(path): \(reason)")
  }
}
