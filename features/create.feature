Feature: Creating a hosted session
  The merchant hands the API a payment session and gets a hosted page for it.

  @req:HPP-CREATE-001
  Rule: A valid request is answered with 201

    Scenario: Creating a session answers 201 with a JSON object
      Given a payment session
      When the merchant creates a hosted session
      Then the response status is 201
      And the response body is a JSON object

  @req:HPP-CREATE-002
  Rule: The payment session is the only required member

    Scenario: A request without a payment session is a bad request
      Given a payment session
      When the merchant creates a hosted session without payment_session_url
      Then the response status is 400

    Scenario Outline: A request with a payment session URL that is <blank> is a bad request
      Given a payment session
      When the merchant creates a hosted session whose payment_session_url is <blank>
      Then the response status is 400

      Examples:
        | blank |
        | null  |
        | empty |

  @req:HPP-CREATE-003
  Rule: The merchant URLs may be left out

    Scenario: A session is created without merchant URLs
      Given a payment session
      When the merchant creates a hosted session without merchant_urls
      Then the request succeeds

  @req:HPP-CREATE-004
  Rule: The options may be left out

    Scenario: A session is created without options
      Given a payment session
      When the merchant creates a hosted session without options
      Then the request succeeds

  @req:HPP-CREATE-005
  Rule: The response has session_id

    Scenario: A created session has an id
      Given a payment session
      When the merchant creates a hosted session
      Then the member session_id is a non-empty string

  @req:HPP-CREATE-006
  Rule: The response has session_url

    Scenario: A created session has a URL for the merchant
      Given a payment session
      When the merchant creates a hosted session
      Then the member session_url is an absolute https URL

  @req:HPP-CREATE-007
  Rule: The response has distribution_url

    Scenario: A created session has a URL for its distribution
      Given a payment session
      When the merchant creates a hosted session
      Then the member distribution_url is an absolute https URL

  @req:HPP-CREATE-008
  Rule: The response has redirect_url

    Scenario: A created session has a URL for the consumer
      Given a payment session
      When the merchant creates a hosted session
      Then the member redirect_url is an absolute https URL

  @req:HPP-CREATE-009
  Rule: The response has qr_code_url

    Scenario: A created session has a URL for its QR code
      Given a payment session
      When the merchant creates a hosted session
      Then the member qr_code_url is an absolute https URL

  @req:HPP-CREATE-010
  Rule: The response has expires_at

    Scenario: A created session says when it expires
      Given a payment session
      When the merchant creates a hosted session
      Then the member expires_at is a date-time

  @req:HPP-CREATE-011
  Rule: The response has distribution_module

    Scenario: A created session says how the distribution module is used
      Given a payment session
      When the merchant creates a hosted session
      Then the member distribution_module has the strings
        | token          |
        | standalone_url |
        | generation_url |

  @req:HPP-CREATE-012
  Rule: The response may say where staff check an identity

    Scenario: A URL for an identity check is an https URL if it is given
      Given a payment session
      When the merchant creates a hosted session
      Then it is recorded which of the members are given
        | manual_identification_check_url |

    Scenario: A session for a shop's counter says it too if it is given
      Given a payment session of the IN_STORE channel
      When the merchant creates a hosted session
      Then it is recorded which of the members are given
        | manual_identification_check_url |

  @req:HPP-CREATE-013
  Rule: The returned session_url gives the created session

    Scenario: The returned URL reads the created session
      Given a hosted session
      When the merchant reads the hosted session
      Then the request succeeds
      And the session_id is the created one

  @req:HPP-CREATE-014
  Rule: The merchant's URLs are on the API host, the consumer's elsewhere

    Scenario: The returned URLs are on the API host and on the page host
      Given a payment session
      When the merchant creates a hosted session
      Then the member session_url is on the API host
      And the member distribution_url is on the API host
      And the member redirect_url is on another host than the API
      And the member qr_code_url is on another host than the API

  @req:HPP-CREATE-015
  Rule: Returned URLs are used as they are

    Scenario: The consumer uses redirect_url as it was returned
      Given a hosted session
      When the consumer fetches redirect_url without credentials
      Then the request goes to the returned redirect_url

  @req:HPP-CREATE-016
  Rule: A KP session is accepted as payment session

    Scenario: A session is created for the URL of a KP session
      Given a payment session
      When the merchant creates a hosted session
      Then the request succeeds

    Scenario: A session is created for a KP session that was changed
      Given a payment session that was changed
      When the merchant creates a hosted session
      Then the request succeeds

    @needs:clock
    Scenario: A session is created for a KP session that is 45 hours old
      Given a payment session
      And the clock stands 2700 minutes later
      When the merchant creates a hosted session
      Then the request succeeds

  @req:HPP-CREATE-017
  Rule: A KCO order is accepted as payment session

    Scenario: A session is created for the URL of a KCO order
      Given a payment session
      When the merchant creates a hosted session
      Then the request succeeds

    Scenario: A session is created for a KCO order that was changed
      Given a payment session that was changed
      When the merchant creates a hosted session
      Then the request succeeds

    @needs:clock
    Scenario: A session is created for a KCO order that is 45 hours old
      Given a payment session
      And the clock stands 2700 minutes later
      When the merchant creates a hosted session
      Then the request succeeds

  @req:HPP-CREATE-018
  Rule: A KCO order needs no provider-specific option

    Scenario: A session for a KCO order is created without options
      Given a payment session
      When the merchant creates a hosted session without options
      Then the request succeeds

  @req:HPP-CREATE-019
  Rule: The answer of Kustom to a KP session is open

    Scenario: The answer of Kustom to the URL of a KP session is recorded
      Given a payment session
      When the merchant creates a hosted session for a KP payment session
      Then the answer is recorded as "the URL of a KP session"

  @req:HPP-CREATE-020 @needs:clock
  Rule: An expired payment session is not found

    Scenario: No session is created for an expired payment session
      Given a payment session
      And the clock stands 1 minute after the end of the payment session
      When the merchant creates a hosted session
      Then the response status is 404

  @req:HPP-CREATE-021
  Rule: An unknown payment session is refused

    Scenario Outline: No session is created for a payment session that is <kind>
      Given a payment session
      When the merchant creates a hosted session for a <kind> payment session
      Then the request is refused

      Examples:
        | kind         |
        | unknown      |
        | nearly-known |
        | shortened    |

  @req:HPP-CREATE-022
  Rule: Only URLs of payment sessions of this API are accepted

    Scenario: No session is created for a payment session on a foreign host
      Given a payment session
      When the merchant creates a hosted session for a foreign payment session
      Then the request is refused

    Scenario Outline: No session is created for a payment session whose path is <fault>
      Given a payment session
      When the merchant creates a hosted session for a <fault> payment session
      Then the request is refused

      Examples:
        | fault        |
        | misplaced    |
        | misversioned |
        | overlong     |

  @req:HPP-CREATE-023
  Rule: A null merchant URL is accepted

    Scenario Outline: A session is created with a null <url> URL
      Given a payment session
      When the merchant creates a hosted session whose <url> URL is null
      Then the request succeeds

      Examples:
        | url           |
        | success       |
        | status_update |

    Scenario: A session is created with four null merchant URLs
      Given a payment session
      When the merchant creates a hosted session whose merchant URLs are
        | cancel  | null |
        | back    | null |
        | failure | null |
        | error   | null |
      Then the request succeeds

  @req:HPP-CREATE-024
  Rule: An empty merchant URL is accepted

    Scenario Outline: A session is created with an empty <url> URL
      Given a payment session
      When the merchant creates a hosted session whose <url> URL is empty
      Then the request succeeds

      Examples:
        | url           |
        | success       |
        | status_update |

    Scenario: A session is created with four empty merchant URLs
      Given a payment session
      When the merchant creates a hosted session whose merchant URLs are
        | cancel  | empty |
        | back    | empty |
        | failure | empty |
        | error   | empty |
      Then the request succeeds

  @req:HPP-CREATE-025
  Rule: A new session is waiting

    Scenario: A created session waits for the consumer
      Given a payment session
      When the merchant creates a hosted session
      Then the hosted session is WAITING

  @req:HPP-CREATE-026
  Rule: A KP session may have several hosted sessions

    Scenario: A second session for a KP session gets an id of its own
      Given a hosted session
      When the merchant creates another hosted session of the same payment session
      Then the request succeeds
      And the session_id differs from that of the first session

    Scenario: A KP session may have a third session
      Given a hosted session
      And another hosted session of the same payment session
      When the merchant creates another hosted session of the same payment session
      Then the request succeeds
      And the session_id differs from that of the first session

    Scenario: A second session takes the place of a disabled one
      Given a hosted session
      And the hosted session is disabled
      When the merchant creates another hosted session of the same payment session
      Then the request succeeds
      And the session_id differs from that of the first session

  @req:HPP-CREATE-029
  Rule: One category option excludes the other

    Scenario Outline: A session with both category options is refused, even if they agree
      Given a payment session
      When the merchant creates a hosted session with the options
        | payment_method_category   | PAY_LATER    |
        | payment_method_categories | <categories> |
      Then the request is refused

      Examples:
        | categories               |
        | ["PAY_NOW"]              |
        | ["PAY_NOW", "PAY_LATER"] |

  @req:HPP-CREATE-030
  Rule: Options accept only documented values

    Scenario Outline: A session with an unknown <option> is a bad request
      Given a payment session
      When the merchant creates a hosted session whose option <option> is WHATEVER
      Then the response status is 400

      Examples:
        | option               |
        | place_order_mode     |
        | purchase_type        |
        | show_subtotal_detail |

    Scenario: A session with one unknown category among others is a bad request
      Given a payment session
      When the merchant creates a hosted session with the category PAY_LATER and an unknown one
      Then the response status is 400, or KCO ignores the option

  @req:HPP-CREATE-031
  Rule: Whether option values may be in lower case is open

    Scenario: The answer to an option in lower case is recorded
      Given a payment session
      When the merchant creates a hosted session whose option purchase_type is buy
      Then the answer is recorded as "`purchase_type` in lower case"

  @req:HPP-CREATE-032
  Rule: Unknown members are tolerated

    Scenario: The answer to the historic merchant URL terms is recorded
      Given a payment session
      When the merchant creates a hosted session with the unknown merchant URL terms
      Then the answer is recorded as "`merchant_urls.terms`"

  @req:HPP-CREATE-033
  Rule: Successful replies are JSON

    Scenario: The answer to creating a session is JSON
      Given a payment session
      When the merchant creates a hosted session
      Then the content type is application/json

    Scenario: The answer to reading a session is JSON
      Given a hosted session
      When the merchant reads the hosted session
      Then the content type is application/json

  @req:HPP-CREATE-034
  Rule: Payment session and page belong to one vendor

    Scenario: No session is created for a payment session of the other vendor
      Given a payment session
      When the merchant creates a hosted session for a neighbouring payment session
      Then the request is refused

  @req:HPP-CREATE-036 @needs:browser
  Rule: Sessions of one KP session keep their own merchant URLs

    Scenario Outline: The consumer of the <age> session returns to its own URL
      Given the <age> of two hosted sessions of one payment session
      When the consumer presses back
      Then the consumer lands at the back URL of this session, not of the other
      And the parameter session_id of the back URL is not mixed up with the other session

      Examples:
        | age   |
        | older |
        | newer |

    Scenario: The QR code of the newer session leads back to its own URL
      Given the newer of two hosted sessions of one payment session
      When the consumer scans the QR code and presses back
      Then the consumer lands at the back URL of this session, not of the other

    @needs:outcome
    Scenario: The consumer declined in the older session lands at its own URL
      Given the older of two hosted sessions of one payment session
      When the consumer is declined
      Then the consumer lands at the failure URL of this session, not of the other

    @needs:outcome
    Scenario Outline: The consumer who paid in the <age> session returns to its own URL
      Given the <age> of two hosted sessions of one payment session
      When the consumer pays
      Then the consumer lands at the success URL of this session, not of the other
      And the parameter session_id of the success URL is not mixed up with the other session

      Examples:
        | age   |
        | older |
        | newer |

  @req:HPP-CREATE-037
  Rule: A session cannot be changed

    Scenario Outline: A <method> on the session is refused
      Given a hosted session
      When the merchant tries to change the hosted session with <method>
      Then the request is refused

      Examples:
        | method |
        | PUT    |
        | PATCH  |

  @req:HPP-CREATE-038
  Rule: Every documented option is accepted

    Scenario Outline: A session is created with the option <option> for a <purchase>
      Given a payment session
      When the merchant creates a hosted session with the options
        | <option>      | <value>    |
        | purchase_type | <purchase> |
      Then the request succeeds

      Examples:
        | option                    | value                    | purchase |
        | place_order_mode          | PLACE_ORDER              | BOOK     |
        | payment_method_category   | PAY_LATER                | DOWNLOAD |
        | payment_method_categories | ["PAY_LATER", "PAY_NOW"] | ORDER    |
        | payment_fallback          | true                     | CONTINUE |

    Scenario: A session is created with all options together
      Given a payment session
      When the merchant creates a hosted session with the options
        | place_order_mode          | CAPTURE_ORDER                                                 |
        | payment_method_categories | ["PAY_LATER", "PAY_NOW"]                                      |
        | payment_fallback          | true                                                          |
        | purchase_type             | SUBSCRIBE                                                     |
        | show_subtotal_detail      | HIDE                                                          |
        | page_title                | Tea                                                           |
        | logo_url                  | https://merchant.example/logo.png                             |
        | background_images         | [{"url": "https://merchant.example/tea.jpg", "width": 1200}] |
      Then the request succeeds

  @req:HPP-CREATE-039
  Rule: An answer begins with its JSON

    Scenario: No byte order mark comes before a created session
      Given a payment session
      When the merchant creates a hosted session
      Then the response body begins with its JSON
