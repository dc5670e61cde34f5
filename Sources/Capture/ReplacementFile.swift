#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A capture that takes the place of a file when it is whole: until then it lies beside it.
///
/// Its permissions are those of any new file. Without `putInPlace` it is removed again.
public final class ReplacementFile {
  /// Where it lies until it is put in place.
  public let temporaryPath: String
  private let path: String
  /// It was created, and not yet given its name.
  private var isTemporary = false

  public init(path: String) {
    self.path = path
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().map { $0 + "/" }.joined()
    temporaryPath = "\(folder).\(parts.last ?? "").\(getpid()).part"
  }

  deinit {
    // The path becomes a C string for the call.
    if isTemporary { _ = unsafe unlink(temporaryPath) }
  }

  /// Begins the capture, anew if it was begun before.
  public func begin(
    application: String, interfaces: [PcapngWriter.Interface], comment: String
  ) throws(SavefileWriter.Failure) -> PcapngWriter {
    // A name such as /dev/null is not to be given to a file.
    if let status = Self.status(path), status.st_mode & S_IFMT != S_IFREG {
      throw .unwritable("cannot create \(path): what is there is no file")
    }
    // What lies there under the other name belongs to somebody else.
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (isTemporary ? O_TRUNC : O_EXCL)
    // The path becomes a C string for the call.
    let descriptor = unsafe open(temporaryPath, flags, 0o666)
    guard descriptor >= 0 else {
      throw .unwritable("cannot create \(path): \(OutputFile.words(errno))")
    }
    isTemporary = true
    return try PcapngWriter(
      file: OutputFile(descriptor: descriptor, name: path), application: application,
      interfaces: interfaces, comment: comment)
  }

  /// Gives it its name, in place of a file that has it.
  public func putInPlace() throws(SavefileWriter.Failure) {
    // The paths become C strings for the call.
    guard unsafe rename(temporaryPath, path) == 0 else {
      throw .unwritable("cannot create \(path): \(OutputFile.words(errno))")
    }
    isTemporary = false
  }

  /// Whether two paths lead to the same file; false where one of them leads to none, or to a device.
  public static func isSame(_ one: String, _ other: String) -> Bool {
    guard let first = status(one), let second = status(other), first.st_mode & S_IFMT == S_IFREG
    else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    // The path becomes a C string for the call; `status` is of the type that it fills.
    return unsafe stat(path, &status) == 0 ? status : nil
  }
}
