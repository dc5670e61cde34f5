import Foundation

extension Traffic {
  /// Frames of short connections, sent as fast as is asked for: not by sockets, which could not send
  /// as many, but on the wire.
  ///
  /// They are addressed to a station that is not there, so that nobody answers; the tap of the host
  /// at the other end sees them all. The sender has one processor for itself, on which the kernel
  /// also takes them through the wire up to the tap: who captures has the others.
  public struct Flood: Decodable, Sendable {
    public var frames: Int
    public var seconds: Double
    public var perSecond: Double { Double(frames) / seconds }

    /// The processor of the sender.
    public static let processor = 0

    /// Sends at a rate, if it can.
    ///
    /// - Parameter begin: is called when all is ready to be sent.
    public init(
      perSecond rate: Int, seconds: Double, from client: NamespaceHost, to server: NamespaceHost,
      begin: () throws -> Void
    ) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "timeout", "\(Int(seconds) + 60)", "taskset", "-c", "\(Self.processor)", "python3", "-c",
        Traffic.program + "\n" + Self.program, "\(client.pid)", "\(server.pid)", "\(rate)",
        "\(seconds)",
      ]
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      guard !output.fileHandleForReading.availableData.isEmpty else {
        throw NamespaceHost.Failed(description: "the flood cannot be sent")
      }
      try begin()
      try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
      let said = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      self = try JSONDecoder().decode(Flood.self, from: said)
    }

    /// All frames lie ready in memory, with what sendmmsg(2) wants to know of each.
    private static let program = """
      import json, struct
      enter(client)
      rate, seconds, at_once = int(sys.argv[3]), float(sys.argv[4]), 32
      def frame(sender, sequence, acknowledgment, flags, length):
          ends = [(0x0b000000, 0), (0x0a090002, 8080)]
          (source, from_port), (destination, to_port) = ends if sender == 0 else ends[::-1]
          tcp = struct.pack("!HHIIBBHHH", from_port, to_port, sequence, acknowledgment, 0x80, flags,
                            65535, 0, 0)
          tcp += struct.pack("!BBBBII", 1, 1, 8, 10, (3000, 7000)[sender],
                             0 if flags == 2 else (7000, 3000)[sender])
          ip = struct.pack("!BBHHHBBHII", 0x45, 0, 52 + length, (sequence + flags) & 0xffff, 0x4000,
                           64, 6, 0, source, destination)
          stations = [b"\\2\\0\\0\\0\\0\\1", b"\\2\\0\\0\\0\\0\\2"]
          return stations[1 - sender] + stations[sender] + b"\\10\\0" + ip + tcp + bytes(length)
      story = [(0, 1000, 0, 2, 0), (1, 5000, 1001, 0x12, 0), (0, 1001, 5001, 0x10, 0),
               (0, 1001, 5001, 0x18, 100), (1, 5001, 1101, 0x18, 600), (0, 1101, 5601, 0x10, 0),
               (0, 1101, 5601, 0x11, 0), (1, 5601, 1102, 0x11, 0), (0, 1102, 5602, 0x10, 0)]
      frames = [frame(*line) for line in story]
      starts = [sum(map(len, frames[:index])) for index in range(len(frames))]
      total = max(int(rate * seconds) // at_once, 1) * at_once
      count = total // len(frames) + 1
      octets = bytearray(b"".join(frames) * count)
      first = ctypes.addressof((ctypes.c_char * len(octets)).from_buffer(octets))
      vectors, messages = bytearray(16 * count * len(frames)), bytearray(64 * count * len(frames))
      vector = ctypes.addressof((ctypes.c_char * len(vectors)).from_buffer(vectors))
      message = ctypes.addressof((ctypes.c_char * len(messages)).from_buffer(messages))
      place = 0
      for number in range(count):
          client_end = (0x0b000000 + int(time.time()) % 4096 * 4096 + number // 60000,
                        1024 + number % 60000)
          for (sender, *_), start, octet in zip(story, starts, frames):
              offset = number * sum(map(len, frames)) + start
              struct.pack_into("!I", octets, offset + (26, 30)[sender], client_end[0])
              struct.pack_into("!H", octets, offset + (34, 36)[sender], client_end[1])
              struct.pack_into("=QQ", vectors, 16 * place, first + offset, len(octet))
              struct.pack_into("=QQQQ", messages, 64 * place, 0, 0, vector + 16 * place, 1)
              place += 1
      wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
      wire.bind(("eth0", 0))
      wire.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS
      send = libc.sendmmsg
      send.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
      print("ready", flush=True)
      sys.stdin.readline()
      begin, sent = time.perf_counter(), 0
      while sent < total:
          if time.perf_counter() < begin + sent / rate: continue
          now = send(wire.fileno(), message + 64 * sent, at_once, 0)
          if now > 0: sent += now
      print(json.dumps({"frames": sent, "seconds": time.perf_counter() - begin}))
      """
  }

  /// Opens so many connections a second, one after the other, each closed by the client when the
  /// server has answered. The ports are used in turn, each again when it is long out of TIME_WAIT:
  /// left to the kernel, they come back just behind it as chance has it, and memory with them.
  public static func converse(
    perSecond rate: Int, seconds: Int, from client: NamespaceHost, to server: NamespaceHost
  ) throws {
    try run(
      """
      \(program)
      rate, seconds = int(sys.argv[3]), int(sys.argv[4])
      listeners = []
      for number in range(4):
          enter(server)
          listener = socket.socket()
          listener.bind(("10.9.0.2", 8080 + number))
          listener.listen(128)
          listeners.append(listener)
      enter(client)
      begin = time.monotonic()
      for number in range(rate * seconds):
          wait = begin + number / rate - time.monotonic()
          if wait > 0: time.sleep(wait)
          dialler = socket.socket()
          dialler.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          dialler.bind(("10.9.0.1", 1024 + number // 4 % 64000))
          dialler.connect(("10.9.0.2", 8080 + number % 4))
          accepted, _ = listeners[number % 4].accept()
          dialler.sendall(b"request")
          accepted.recv(100)
          accepted.sendall(b"answer")
          dialler.recv(100)
          dialler.close()
          accepted.recv(100)
          accepted.close()
      """, ["\(client.pid)", "\(server.pid)", "\(rate)", "\(seconds)"],
      limitSeconds: seconds * 2 + 60)
  }
}
