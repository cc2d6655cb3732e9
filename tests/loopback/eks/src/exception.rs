//! How the API marks its errors.

use hyper::StatusCode;
use loopback_aws::Exception;

/// The same error with the HTTP status that the EKS API gives it, which tells its errors apart by their status too.
pub fn of_eks(exception: Exception) -> Exception {
    let status = match exception.name {
        "ResourceNotFoundException" => StatusCode::NOT_FOUND,
        "AccessDeniedException" | "ExpiredTokenException" | "UnrecognizedClientException" => {
            StatusCode::FORBIDDEN
        }
        "ThrottlingException" => StatusCode::TOO_MANY_REQUESTS,
        _ => exception.status,
    };
    exception.with_status(status)
}
