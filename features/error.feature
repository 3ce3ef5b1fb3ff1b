Feature: Refusals
  A refused request is answered in the same form everywhere.

  @req:HPP-ERROR-001
  Rule: A refusal is a JSON object with code, messages and correlation id

    Scenario: A bad request is refused in the common form
      Given a payment session
      When the merchant creates a hosted session without payment_session_url
      Then the response is an error that conforms to the error schema

    Scenario: An unknown payment session is refused in the common form
      Given a payment session
      When the merchant creates a hosted session for an unknown payment session
      Then the response is an error that conforms to the error schema

  @req:HPP-ERROR-002
  Rule: A refusal names the wrong member

    Scenario: The refusal of a request without a payment session names it
      Given a payment session
      When the merchant creates a hosted session without payment_session_url
      Then the refusal names the member payment_session_url

    Scenario: The refusal of an unknown word names its option
      Given a payment session
      When the merchant creates a hosted session whose option purchase_type is STEAL
      Then the refusal names the member purchase_type

    Scenario: The refusal of an invalid address names its member
      Given a hosted session
      And the hosted session has been distributed by email
      When the merchant distributes the hosted session by email with the email nobody
      Then the refusal of the distribution names email

  @req:HPP-ERROR-003
  Rule: A body has to be one JSON object

    Scenario Outline: A body that is <fault> is refused
      Given a payment session
      When the merchant creates a hosted session with a body that is <fault>
      Then the request is refused

      Examples:
        | fault            |
        | cut              |
        | empty            |
        | followed-by-text |
        | comma-ended      |
        | single-quoted    |
        | in-an-array      |

    Scenario: A distribution with a body that is followed by text is refused
      Given a hosted session
      When the merchant distributes the hosted session with a body that is followed-by-text
      Then the request is refused

  @req:HPP-ERROR-005
  Rule: Answers have a correlation id

    Scenario: The answer to creating a session carries a correlation id
      Given a payment session
      When the merchant creates a hosted session
      Then the response has the field klarna-correlation-id

    Scenario: A refusal carries a correlation id
      Given a payment session
      When the merchant creates a hosted session without payment_session_url
      Then the response has the field klarna-correlation-id

  @req:HPP-ERROR-006
  Rule: Too many requests are refused with the limit

    @needs:clock
    Scenario: A creation too many answers 429 and tells the limit
      Given the merchant may create 2 hosted sessions a second
      When the merchant creates hosted sessions until one is too many
      Then the response is a 429 with the fields
        | x-ratelimit-limit |
        | x-ratelimit-reset |

    @needs:burst
    Scenario: A read too many answers 429 and tells the limit
      Given a hosted session
      And the merchant may send 10 requests a second where the limit can be set
      When the merchant exceeds the limit of requests
      Then the response is a 429 with the fields
        | x-ratelimit-limit |
        | x-ratelimit-reset |

  @req:HPP-ERROR-007
  Rule: Answers state the remaining quota

    Scenario: The answer to creating a session tells the quota
      Given a payment session
      When the merchant creates a hosted session
      Then the response has the field x-ratelimit-remaining

    Scenario: The answer to reading a session tells the quota
      Given a hosted session
      When the merchant reads the hosted session
      Then the response has the field x-ratelimit-remaining

  @req:HPP-ERROR-008
  Rule: The size of a body is limited

    Scenario: A body of more than 1 MB answers 413
      Given a payment session
      When the merchant creates a hosted session with a body of more than 1 MB
      Then the response status is 413

    Scenario: A distribution with a body of more than 1 MB answers 413
      Given a hosted session
      When the merchant distributes the hosted session with a body of more than 1 MB
      Then the response status is 413
