#if os(Linux)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// The processes of this machine as proc(5) shows them.
  struct ProcessFiles: Sendable {
    /// Where proc(5) is mounted.
    let root: String

    init(root: String = "/proc") { self.root = root }

    /// The ids of all processes that can be seen.
    func processes() throws(HostError) -> [Int32] {
      var found: [Int32] = []
      let number = DirectoryListing.forEachName(in: root) { name, _ in
        let pid = Self.decimal(name.extracting(droppingLast: 1)).flatMap(Int32.init(exactly:))
        if let pid { found.append(pid) }
      }
      if number != 0 { throw .system("the processes cannot be listed", number) }
      return found
    }

    /// What could be seen of a process's descriptors.
    enum Visibility: Equatable {
      case seen
      /// The system refuses.
      case hidden
      /// There is no such process any more.
      case gone
    }

    /// Gives `body` the inode of every socket that a process holds, once for each descriptor.
    func forEachSocket(of pid: Int32, _ body: (_ inode: UInt32) -> Void) -> Visibility {
      var isHidden = false
      let number = DirectoryListing.forEachName(in: "\(root)/\(pid)/fd") { name, directory in
        let number = DirectoryListing.readLink(in: directory, name) { target in
          if let inode = Self.socketInode(target) { body(inode) }
        }
        if number == EACCES || number == EPERM { isHidden = true }
      }
      switch number {
      case 0: return isHidden ? .hidden : .seen
      case EACCES, EPERM: return .hidden
      default: return .gone
      }
    }

    /// The contents of a small file of a process, without a newline at the end; nil when it is not
    /// to be had.
    func text(_ file: String, of pid: Int32) -> String? {
      // The path becomes a C string for the call.
      let descriptor = unsafe open("\(root)/\(pid)/\(file)", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { _ = close(descriptor) }
      var contents = [UInt8](repeating: 0, count: 4096)
      var count = 0
      while count < contents.count {
        let added = unsafe contents.withUnsafeMutableBytes { buffer in
          // From the first free octet to the end of the array.
          unsafe read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
        }
        if added < 0, errno == EINTR { continue }
        guard added >= 0 else { return nil }
        if added == 0 { break }
        count += added
      }
      if count > 0, contents[count - 1] == UInt8(ascii: "\n") { count -= 1 }
      return String(decoding: contents[..<count], as: UTF8.self)
    }

    /// What a symbolic link of a process points to; nil when it is not to be had.
    func link(_ name: String, of pid: Int32) -> String? {
      var text: String?
      let path = Array("\(root)/\(pid)/\(name)\0".utf8)
      _ = DirectoryListing.readLink(in: AT_FDCWD, path.span) { target in
        text = String(decoding: target.indices.map { target[$0] }, as: UTF8.self)
      }
      return text
    }

    /// `socket:[1234]`.
    private static func socketInode(_ target: Span<UInt8>) -> UInt32? {
      guard target.count > socketPrefix.count + 1,
        target[target.count - 1] == UInt8(ascii: "]"),
        target.indices.prefix(socketPrefix.count).allSatisfy({ target[$0] == socketPrefix[$0] })
      else { return nil }
      return decimal(target.extracting(socketPrefix.count..<target.count - 1)).flatMap(
        UInt32.init(exactly:))
    }

    private static let socketPrefix = Array("socket:[".utf8)

    private static func decimal(_ text: Span<UInt8>) -> Int? {
      guard (1...10).contains(text.count) else { return nil }
      var value = 0
      for index in text.indices {
        let digit = text[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int(digit)
      }
      return value
    }
  }
#endif
