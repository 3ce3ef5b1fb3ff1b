Feature: Credentials
  The API asks for the merchant's credentials, the consumer's pages for none.

  @req:HPP-AUTH-001
  Rule: The API asks for credentials

    Scenario Outline: Nobody gets to <act> a session without credentials
      Given a hosted session
      When the merchant tries to <act> a hosted session without credentials
      Then the response status is 401

      Examples:
        | act     |
        | create  |
        | read    |
        | disable |

  @req:HPP-AUTH-002
  Rule: The API checks the password

    Scenario Outline: Nobody gets to <act> a session with a wrong password
      Given a hosted session
      When the merchant tries to <act> a hosted session with a wrong password
      Then the response status is 401

      Examples:
        | act     |
        | create  |
        | read    |
        | disable |

  @req:HPP-AUTH-006
  Rule: The consumer needs no credentials

    Scenario Outline: Anybody may fetch <member>
      Given a hosted session
      When the consumer fetches <member> without credentials
      Then the request succeeds

      Examples:
        | member       |
        | redirect_url |
        | qr_code_url  |
