import Dispatch
import Dissection
import FlyingFox
import FlyingSocks
import Foundation
import Reporting
import Synchronization

/// Serves metrics over HTTP, on threads of its own; those are started after privileges were given
/// up, and have what is left (see `LiveInput`).
///
/// A request is answered from what was published last, and costs the capture nothing.
final class MetricsServer: Sendable {
  private let published = Mutex<[MetricFamily]>([])

  /// Listens, from now on until the process ends.
  init(listener: Dissection.SocketAddress) throws {
    let server = try Self.server(listener)
    let outcome = Outcome()
    Task.detached {
      await server.appendRoute("GET /metrics") { [weak self] request in
        self?.answer(request) ?? HTTPResponse(statusCode: .serviceUnavailable)
      }
      // Ends with why it cannot listen, or not at all.
      do { try await server.run() } catch { outcome.end(error) }
    }
    Task.detached {
      do {
        try await server.waitUntilListening()
        outcome.end(nil)
      } catch {
        outcome.end(error)
      }
    }
    if let error = outcome.wait() {
      var output = OutputBuffer()
      output.append(listener)
      throw OutputFailure.system(
        "cannot serve metrics on \(output.text): \(Self.reason(error))")
    }
  }

  /// Replaces what is served.
  func publish(_ families: [MetricFamily]) { published.withLock { $0 = families } }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    let form = MetricsText(accepting: request.headers[HTTPHeader("Accept")])
    let families = published.withLock { $0 }
    return HTTPResponse(
      statusCode: .ok, headers: [.contentType: form.mediaType],
      body: Data(form.text(families).utf8))
  }

  private static func server(_ listener: Dissection.SocketAddress) throws -> HTTPServer {
    var output = OutputBuffer()
    output.append(listener.address)
    if listener.address.version4 != nil {
      let address = try sockaddr_in.inet(ip4: output.text, port: listener.port)
      return HTTPServer(address: address, logger: .disabled)
    }
    let address = try sockaddr_in6.inet6(ip6: output.text, port: listener.port)
    return HTTPServer(address: address, logger: .disabled)
  }

  private static func reason(_ error: any Error) -> String {
    if case SocketError.failed(_, _, let message) = error { return message }
    return error.localizedDescription
  }
}

/// Whether something began well, which one thread learns and another waits for.
private final class Outcome: Sendable {
  private let first = Mutex<(any Error)??>(nil)
  private let semaphore = DispatchSemaphore(value: 0)

  /// Only what comes first counts.
  func end(_ error: (any Error)?) {
    first.withLock { if $0 == nil { $0 = .some(error) } }
    semaphore.signal()
  }

  func wait() -> (any Error)? {
    semaphore.wait()
    return first.withLock { $0 } ?? nil
  }
}
