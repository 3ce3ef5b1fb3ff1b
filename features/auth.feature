Feature: Credentials
  The API asks for the merchant's credentials, the consumer's pages for none.

  @req:HPP-AUTH-001
  Rule: The API asks for credentials

    Scenario: Nobody gets to create a session without credentials
      Given a hosted session
      When the merchant tries to create a hosted session without credentials
      Then the response status is 401

    Scenario: Nobody gets to disable a session without credentials
      Given a hosted session
      And the hosted session has been read
      When the merchant tries to disable a hosted session without credentials
      Then the response status is 401
      And the hosted session is not DISABLED

    Scenario Outline: Nobody gets to <act> a session without credentials after it <fate>
      Given a hosted session
      And the hosted session <fate>
      When the merchant tries to <act> a hosted session without credentials
      Then the response status is 401

      Examples:
        | act        | fate                          |
        | read       | has been read                 |
        | read       | is disabled                   |
        | disable    | is disabled                   |
        | distribute | has been distributed by email |

    Scenario: A broken body without credentials creates no session
      Given a payment session
      When the merchant tries to create a hosted session without credentials and with a broken body
      Then the response status is 401

    Scenario: Nobody gets to read a session with empty credentials
      Given a hosted session
      When the merchant tries to read a hosted session with empty credentials
      Then the response status is 401

  @req:HPP-AUTH-002
  Rule: The API checks the password

    Scenario: Nobody gets to create a session with a wrong password
      Given a hosted session
      When the merchant tries to create a hosted session with a wrong password
      Then the response status is 401

    Scenario: Nobody gets to disable a session with a wrong password
      Given a hosted session
      And the hosted session has been read
      When the merchant tries to disable a hosted session with a wrong password
      Then the response status is 401
      And the hosted session is not DISABLED

    Scenario Outline: Nobody gets to <act> a session with a wrong password after it <fate>
      Given a hosted session
      And the hosted session <fate>
      When the merchant tries to <act> a hosted session with a wrong password
      Then the response status is 401

      Examples:
        | act        | fate                          |
        | read       | has been read                 |
        | disable    | is disabled                   |
        | distribute | has been distributed by email |

    Scenario Outline: Nobody gets to read a session with a password that is <fault>
      Given a hosted session
      When the merchant tries to read a hosted session with a password that is <fault>
      Then the response status is 401

      Examples:
        | fault     |
        | cut       |
        | longer    |
        | recased   |
        | empty     |
        | another's |

  @req:HPP-AUTH-003
  Rule: Credentials travel as HTTP Basic

    Scenario Outline: Nobody gets to <act> a session with the scheme <scheme>
      Given a hosted session
      When the merchant tries to <act> a hosted session with the scheme <scheme>
      Then the response status is 401

      Examples:
        | act        | scheme |
        | create     | Bearer |
        | disable    | Token  |
        | distribute | Bearer |

  @req:HPP-AUTH-005
  Rule: A session belongs to its merchant

    Scenario Outline: Another merchant does not get to <act> a session that <fate>
      Given a hosted session
      And the hosted session <fate>
      When another merchant tries to <act> the hosted session
      Then the request is refused

      Examples:
        | act        | fate                          |
        | read       | has been read                 |
        | read       | has been distributed by email |
        | distribute | has been distributed by email |

    Scenario: Another merchant does not get to distribute a session by token
      Given a hosted session
      And the hosted session has been distributed by token
      When another merchant tries to distribute the hosted session by token
      Then the request is refused

    Scenario: Another merchant does not get to disable a session
      Given a hosted session
      And the hosted session has been read
      When another merchant tries to disable the hosted session
      Then the request is refused
      And the hosted session is not DISABLED

    Scenario: Another merchant does not get to disable a distributed session
      Given a hosted session
      And the hosted session has been distributed by email
      When another merchant tries to disable the hosted session
      Then the request is refused
      And the hosted session is not DISABLED

    Scenario Outline: Another merchant does not get to <act> a disabled session
      Given a hosted session
      And the hosted session is disabled
      When another merchant tries to <act> the hosted session
      Then the request is refused

      Examples:
        | act     |
        | read    |
        | disable |

    @needs:browser @needs:outcome
    Scenario: Another merchant does not get to read a paid session
      Given a hosted session
      And the consumer has paid
      When another merchant tries to read the hosted session
      Then the request is refused

  @req:HPP-AUTH-006
  Rule: The consumer needs no credentials

    Scenario Outline: Anybody may fetch <member>
      Given a hosted session
      And the consumer has fetched <member> without credentials
      When the consumer fetches <member> without credentials
      Then the response asks for no credentials

      Examples:
        | member       |
        | redirect_url |
        | qr_code_url  |

  @req:HPP-AUTH-007
  Rule: Records hide links and tokens that allow a payment

    Scenario: The records of a session show no secret
      Given a hosted session
      When the merchant reads the hosted session
      Then no secret shows in the records
