#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder that is held open: whatever becomes of its name, what is asked for in it is in it.
struct OpenFolder: ~Copyable {
  struct Refusal: Error {
    let reason: String
  }

  let descriptor: Int32

  #if canImport(Darwin)
    private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
  #else
    /// O_PATH, a macro that Swift does not import: to search a folder is enough, it is not read.
    private static let search: Int32 = 0o10_000_000
    private static let flags = search | O_DIRECTORY | O_CLOEXEC
  #endif

  init(_ path: String) throws(Refusal) {
    // The path becomes a C string for the call.
    try self.init(descriptor: unsafe open(path, Self.flags))
  }

  private init(descriptor: Int32) throws(Refusal) {
    guard descriptor >= 0 else { throw Refusal(reason: OutputFile.words(errno)) }
    self.descriptor = descriptor
  }

  deinit { _ = close(descriptor) }

  /// Opens a folder in it; where everybody may write, no symbolic link is followed, and what other
  /// users have put there is refused, but root's.
  func enter(_ name: String) throws(Refusal) -> OpenFolder {
    let isShared = try status().st_mode & S_IWOTH != 0
    let flags = isShared ? Self.flags | O_NOFOLLOW : Self.flags
    // The name becomes a C string for the call.
    let next = unsafe openat(descriptor, name, flags)
    if next < 0, isShared, errno == ENOTDIR || errno == ELOOP {
      throw Refusal(reason: "\(name) is no folder, where everybody may write")
    }
    let folder = try OpenFolder(descriptor: next)
    if isShared {
      let owner = try folder.status().st_uid
      guard owner == geteuid() || owner == 0 else {
        throw Refusal(reason: "\(name) is another user's, where everybody may write")
      }
    }
    return folder
  }

  private func status() throws(Refusal) -> stat {
    var status = stat()
    // `status` is a local of the type that the call fills.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw Refusal(reason: OutputFile.words(errno))
    }
    return status
  }
}
